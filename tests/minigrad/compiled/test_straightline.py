"""Calls that are made once, signs that are not computed, functions that are opened up."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad.compiled.constants import content, key
from minigrad.compiled.opened import OPENED, Blank, opened
from minigrad.compiled.signs import Minus, unsigned
from minigrad.compiled.straightline import StraightLine, Value
from minigrad.nn import functional as F
from minigrad.rules import neural


def calls(fn, **inputs):
    """The names of the functions that the program of `fn` calls, in order."""
    graph = mg.Graph(fn, **inputs)
    return [call.fun.__name__ for call in StraightLine(graph._program()).calls]


def x(*shape):
    return mg.Parameter(np.random.default_rng(0).uniform(0.5, 1.5, shape))


def test_equal_calls_are_made_once():
    names = calls(lambda x: np.sin(x) * np.sin(x), x=x(3))
    assert names == ["sin", "multiply", "multiply", "cos", "multiply", "add"]
    twice = calls(lambda x, y: x / y + np.exp(x / y), x=x(3), y=x(3))
    assert twice.count("divide") == 1 + 4  # x / y once, though its two uses send a message to x and y each


def test_calls_with_other_constants_are_not_equal():
    assert calls(lambda x: np.floor(x * 0.0 + x * -0.0 + x * 2 + x * 2.0), x=x(3)).count("multiply") == 4
    assert calls(lambda x: np.sum(x, axis=0) + np.sum(x, axis=1), x=x(3, 3)).count("sum") == 2


def test_what_is_constant_is_computed_before():
    names = calls(lambda x: (np.exp(np.arange(3.0)) * x).sum(), x=x(3))
    assert names == ["multiply", "sum"]  # and the gradient is a constant


def test_a_function_of_the_users_is_called_as_often_as_the_graph_calls_it():
    """It might draw random numbers."""
    ran = []

    @mg.primitive
    def noisy(x):
        ran.append(1)
        return x + 0.0

    mg.defvjp(noisy, lambda g: g)
    run = mg.Graph(lambda x: noisy(x) * noisy(x), x=x(3)).compile()
    ran.clear()
    run(x=np.ones(3))
    assert len(ran) == 2


# Signs ------------------------------------------------------------------------------------------------------------


def test_minus_signs_are_taken_up_by_other_calls():
    names = calls(lambda x, y: ((np.cos(x) - x * -y) ** 2).sum(), x=x(3), y=x(3))
    assert {"subtract", "add"} <= set(names)
    assert names.count("negative") == 0
    assert calls(lambda x: np.negative(-x), x=x(3)) == []
    assert calls(lambda x: np.exp(-x), x=x(3)) == ["negative", "exp", "multiply", "negative"]


SPECIAL = st.sampled_from([0.0, -0.0, 1.0, -1.5, 3e-324, 1e308, -1e308, np.inf, -np.inf, np.nan])


@pytest.mark.parametrize("fun", [np.add, np.subtract, np.multiply, np.divide])
@settings(max_examples=200, deadline=None)
@given(SPECIAL | st.floats(), SPECIAL | st.floats(), st.booleans(), st.booleans())
def test_signs_move_without_changing_a_bit(fun, a, b, first, second):
    a, b = np.float64(a), np.float64(b)
    with np.errstate(all="ignore"):
        expected = fun(-a if first else a, -b if second else b)
        moved = (
            unsigned(fun, (Minus(a) if first else a, Minus(b) if second else b)) if first or second else None
        )
        if moved:
            fun, args, sign = moved
            found = -fun(*args) if sign else fun(*args)
            np.testing.assert_array_equal(found, expected)
            assert np.isnan(found) or np.signbit(found) == np.signbit(expected)


def test_signs_that_have_to_be_computed():
    assert unsigned(np.add, (Minus(1.0), Minus(2.0))) is None  # (-0) + 0 is 0, and -(0 + -0) is -0
    assert unsigned(np.exp, (Minus(1.0),)) is None
    assert unsigned(np.matmul, (Minus(1.0), 2.0)) is None


# Opening ----------------------------------------------------------------------------------------------------------


def test_a_body_is_recorded():
    body = opened(neural.sigmoid, (Blank((2, 3), np.dtype("float32")),), {})
    assert [node.fun.__name__ for node in body.nodes][:3] == ["absolute", "negative", "exp"]
    assert all(node.dtype == np.float32 or node.dtype == bool for node in body.nodes)
    assert opened(neural.embedding, (Blank((2,), np.dtype(int)), Blank((4, 2), np.dtype(float))), {}) is None


def test_a_body_that_looks_at_its_numbers_stays_closed(monkeypatch):
    @mg.primitive
    def scaled(x):
        return x / float(np.max(neural.array_of(x)))

    @mg.primitive
    def failing(x):
        raise ValueError("not on these numbers")

    @mg.primitive
    def honest(x):
        return x * 2.0 + np.array([1.0, 2.0])

    for fun, whole in ((scaled, False), (failing, False), (honest, True)):
        monkeypatch.setattr("minigrad.compiled.opened.OPENED", {*OPENED, fun})
        assert (opened(fun, (Blank((2,), np.dtype(float)),), {}) is not None) is whole


@pytest.mark.parametrize(
    "fn",
    [
        mg.relu,
        mg.sigmoid,
        mg.softmax,
        mg.log_softmax,
        F.leaky_relu,
        F.elu,
        F.softplus,
        F.silu,
        F.gelu,
        lambda x: F.gelu(x, "tanh"),
        lambda x: F.layer_norm(x, 4),
        lambda x: F.mse_loss(x, np.ones((3, 4))),
        lambda x: F.l1_loss(x, np.ones((3, 4)), "none"),
        lambda x: F.huber_loss(x, np.ones((3, 4)), "sum"),
        lambda x: F.smooth_l1_loss(x, np.ones((3, 4))),
    ],
)
def test_opened_functions_give_the_numbers_of_the_closed_ones(fn):
    """At zero, far out, and at infinity too."""
    values = np.array([[0.0, -0.0, 1e-9, -3.0], [40.0, -40.0, 800.0, -800.0], [0.5, np.inf, 1.0, -1.0]])
    graph = mg.Graph(fn, x=mg.Parameter(np.arange(12.0).reshape(3, 4) / 7 - 0.9))
    run = graph.compile()
    assert not any(call.fun in OPENED for call in StraightLine(graph._program()).calls)
    for rows in (slice(0, 1), slice(0, 2), slice(0, 3)):
        x = np.resize(values[rows], (3, 4))
        with np.errstate(all="ignore"):
            expected = graph.forward(x=x)
            (g,) = graph.backward(np.ones(expected.shape)).values()
            value, gradients = run(x=x)
        np.testing.assert_allclose(value, expected.data, rtol=1e-12)
        np.testing.assert_allclose(gradients["x"], g.data, rtol=1e-12, atol=1e-300)


# Constants ----------------------------------------------------------------------------------------------------------


def test_constants_are_equal_if_they_hold_the_same():
    large = np.arange(100.0)
    for form in (content, key):
        assert form((1, [2.0, None], slice(0, None), {"a": "b"})) == form(
            (1, [2.0, None], slice(0, None), {"a": "b"})
        )
        assert len({form(c) for c in (1, 1.0, True, "1", np.float32(1), np.float64(1), (1,), [1], None)}) == 9
        assert form(np.zeros(3)) == form(np.zeros(3)) != form(np.zeros(3, "float32"))
        assert form(np.zeros(3)) != form(np.zeros(3, int))
        assert form(np.nan) == form(float("nan"))
        assert form(0.0) != form(-0.0)
    assert content(large) == content(large.copy())
    assert key(large) != key(large.copy())


def test_a_value_says_what_it_is():
    assert repr(Value("t1", np.exp, (), {}, (2,), np.dtype(float))) == "<Value t1, shape (2,)>"
