"""Every edge on trial: wrong rules are found where they stand, right ones are left alone, whatever is around them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from visuals.debug.edges import FEW, MOST, checked
from visuals.debug.run import STOPPED, Run


class Gate(mg.Function):
    """A node of the student's: its two methods as functions."""

    def __init__(self, forward, backward):
        self._forward, self._backward = forward, backward

    def forward(self, inputs):
        return self._forward(*inputs)

    def backward(self, inputs, output, output_diff):
        return self._backward(output_diff, *inputs)


def leaf(values, name):
    return mg.tensor(values, requires_grad=True, name=name)


def verdicts(output, **wishes):
    return {check.about: check for check in checked(Run(output, **wishes))}


def test_right_rules_of_all_kinds_pass():
    rng = np.random.default_rng(0)
    x, w = leaf(rng.normal(size=(2, 3)), "x"), leaf(rng.normal(size=(3, 4)), "w")
    b = leaf(rng.normal(size=4), "b")
    h = np.tanh(x @ w + b)
    parts = np.split(h, 2, axis=1)
    loss = mg.cross_entropy(parts[0] * np.exp(parts[1]), np.array([0, 1])) + np.max(h) + np.sum(h[:, 1] ** 3)
    checks = checked(Run(loss))
    assert {check.verdict for check in checks} == {"right"}
    assert len(checks) >= 15
    assert max(check.error for check in checks) < 1e-6


# What students get wrong, with the words of the diagnosis that name it.
MISTAKES = {
    "forgot the upstream": (np.exp, lambda g, x: [np.exp(x)], "ignores the upstream gradient"),
    "sign": (lambda x: -x, lambda g, x: [g], "has the wrong sign"),
    "twice": (np.square, lambda g, x: [4 * g * x], "is twice as large"),
    "mask": (lambda x: np.maximum(x, 0.0), lambda g, x: [g], "is a mask missing"),
    "none": (np.sin, lambda g, x: [None], "is missing"),
    "shape": (lambda x: x.sum(), lambda g, x: [g], "has the wrong shape"),
    "writes": (np.square, lambda g, x: [np.multiply(2 * g, x, out=g)], "overwrote the upstream gradient"),
    "no list": (np.sin, lambda g, x: None, "the backward pass fails"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_what_students_get_wrong_is_found_in_place_and_named(name):
    forward, backward, says = MISTAKES[name]
    x = leaf([0.5, -1.5, 2.0], "x")
    loss = np.sum(np.tanh(Gate(forward, backward)(3.0 * x)) * 2.0)
    found = verdicts(loss)
    wrong = [check for check in found.values() if check.verdict == "wrong"]
    assert [check.about for check in wrong] == ["Gate → 3 ×"]
    assert says in f"{wrong[0].diagnosis} {wrong[0].details}"
    assert {check.verdict for check in found.values() if check not in wrong} == {"right"}


def test_the_numbers_are_those_of_this_very_run():
    x = leaf([1.0, 2.0, 4.0], "x")
    half = Gate(np.square, lambda g, x: [g * x])
    check = verdicts(np.sum(half(x) * np.array([1.0, 10.0, 100.0])))["Gate → x"]
    np.testing.assert_allclose(check.sent, [1, 20, 400])
    np.testing.assert_allclose(check.numeric, [2, 40, 800], rtol=1e-6)
    assert check.error == pytest.approx(0.5, rel=1e-4)


def test_two_arguments_of_one_node_are_judged_apart():
    x, y = leaf([1.0, 2.0], "x"), leaf([3.0, -4.0], "y")
    found = verdicts(np.sum(Gate(np.multiply, lambda g, x, y: [g * y, g])(x, y)))
    assert (found["Gate → x"].verdict, found["Gate → y"].verdict) == ("right", "wrong")
    found = verdicts(np.sum(Gate(np.multiply, lambda g, x, y: [g * x, g * y])(x, y)))
    assert "are the two swapped?" in found["Gate → x"].diagnosis


def test_the_same_value_twice_is_two_edges():
    x = leaf(3.0, "x")
    found = checked(Run(Gate(np.multiply, lambda g, x, y: [g * y, 2 * g * x])(x, x)))
    assert [check.verdict for check in found] == ["right", "wrong"]
    assert "x (argument 2)" in found[1].diagnosis


def test_rules_given_with_defvjp_are_tried_too():
    cube = mg.primitive(lambda x: x**3)
    mg.defvjp(cube, lambda g, x: g * 2 * x**2)
    check = verdicts(cube(leaf(2.0, "x")))["<lambda> → x"]
    assert check.verdict == "wrong"
    assert check.rule == "g * 2 * x ** 2"
    assert "off by the same factor" not in check.diagnosis, "one number says nothing of factors everywhere"


def test_broadcast_arguments_of_an_elementwise_rule_are_summed_as_the_engine_does():
    scaled = mg.primitive(lambda x, y: x * y)
    mg.defvjp(scaled, lambda g, y: g * y, lambda g, x: g * x, elementwise=True)
    found = verdicts(np.sum(scaled(leaf(np.ones((2, 3)), "x"), leaf([1.0, 2.0, 3.0], "y"))))
    assert {check.verdict for check in found.values()} == {"right"}


def test_on_a_kink_every_slope_between_is_right():
    found = verdicts(np.sum(mg.relu(leaf([0.0, 1.0], "x")) + np.maximum(leaf([2.0, 2.0], "y"), 2.0)))
    assert {check.verdict for check in found.values()} == {"right"}


def test_functions_of_symmetric_matrices_are_tried_on_these():
    """`eigh` reads one triangle; a change of one entry alone is none that it could answer."""
    a = leaf(np.random.default_rng(0).normal(size=(3, 3)), "a")
    symmetric = a @ a.T + 3.0 * np.eye(3)
    w, v = np.linalg.eigh(symmetric)
    found = verdicts(np.sum(w**2) + np.sum(np.linalg.cholesky(symmetric)) + np.sum(v[0] ** 2))
    assert {check.verdict for check in found.values()} == {"right"}


def test_several_results_are_one_call():
    q, r = np.linalg.qr(leaf(np.random.default_rng(0).normal(size=(3, 3)), "a"))
    found = verdicts(np.sum(q) + np.sum(r))
    assert found["qr → a"].verdict == "right"


def test_what_differences_cannot_say_is_said():
    rng = np.random.default_rng(0)
    x = leaf([1.0, 2.0], "x")
    noisy = Gate(lambda x: x * rng.uniform(size=x.shape), lambda g, x: [g])
    with np.errstate(divide="ignore"):
        infinite = np.log(leaf([0.0, 1.0], "y"))
    found = verdicts(np.sum(noisy(x) + infinite + np.real(leaf([1j, 1.0], "z"))))
    assert "is it random?" in found["Gate → x"].diagnosis
    assert "not finite here" in found["ln → y"].diagnosis
    assert "real floating-point" in found["real → z"].diagnosis
    assert {check.verdict for check in found.values()} == {"unchecked"}, "its result is not finite either"


@pytest.mark.parametrize("size", [FEW + 1, MOST + 1])
def test_large_arguments_are_tried_along_a_direction(size):
    x = leaf(np.linspace(-1, 1, size), "x")
    right, wrong = (Gate(np.sin, lambda g, x, c=c: [c * g * np.cos(x)]) for c in (1.0, 1.001))
    assert verdicts(np.sum(right(x)))["Gate → x"].verdict == "right"
    check = verdicts(np.sum(wrong(x)))["Gate → x"]
    assert check.verdict == "wrong"
    assert ("along a random direction" in check.details) == (size > MOST)
    assert (check.numeric is None) == (size > MOST)


def test_numbers_of_single_precision_are_checked_in_double():
    x = mg.tensor(np.array([0.1, 0.7], np.float32), requires_grad=True, name="x")
    assert {c.verdict for c in verdicts(np.sum(np.exp(x) * x)).values()} == {"right"}


@settings(max_examples=25, deadline=None)
@given(
    x=st.lists(st.floats(-3, 3), min_size=2, max_size=5),
    factor=st.floats(-2, 2).filter(lambda c: abs(c - 1) > 1e-3),
)
def test_a_rule_is_right_or_wrong_whatever_the_numbers(x, factor):
    values = leaf(x, "x")
    good = Gate(np.sin, lambda g, x: [g * np.cos(x)])
    bad = Gate(np.sin, lambda g, x: [factor * g * np.cos(x)])
    found = verdicts(np.sum(bad(good(values))))
    inner, outer = (check for about, check in found.items() if about.startswith("Gate"))
    assert {inner.verdict, outer.verdict} == {"right", "wrong"}


# The run -------------------------------------------------------------------------------------------------


def test_a_run_that_goes_through_is_the_trace():
    x = leaf(2.0, "x")
    y = x * x
    y.backward()
    run = Run(y, names={"y": y})
    assert run.trace == mg.trace(y, names={"y": y})
    assert run.error is None


def test_a_run_that_stops_has_all_messages_up_to_there():
    a, b = leaf([[1.0, 2.0]], "a"), leaf([[3.0], [4.0]], "b")
    bad = Gate(np.matmul, lambda g, a, b: [g @ b.T, g @ a])  # the second has the wrong shape
    y = np.exp(bad(a, b) * 0.1)
    run = Run(np.sum(y))
    assert [f["kind"] for f in run.trace.frames[-6:]] == [
        "seed",
        "message",
        "message",
        "message",
        "message",
        "done",
    ]
    assert isinstance(run.error, ValueError)
    assert run.trace.frames[-1]["sentence"].startswith(
        f"{STOPPED}. The rule of Gate for its argument 1 returned"
    )
    sent = {run.trace.edges[int(f["edge"][1:])]["source"] for f in run.trace.frames if f["kind"] == "message"}
    names = {node["id"]: node["name"] for node in run.trace.nodes}
    assert "a" in {names[i] for i in sent}
    assert "b" not in {names[i] for i in sent}
    (active,) = run.trace.frames[-1]["active"]
    assert next(n["op"] for n in run.trace.nodes if n["id"] == active) == "Gate"
    assert run.trace == mg.Trace.from_json(run.trace.to_json())
