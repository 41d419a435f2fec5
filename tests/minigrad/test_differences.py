"""Finite differences: slopes of known functions, few calls, and functions that are awkward to call."""

import numpy as np
import pytest

import minigrad as mg
from minigrad.check import check_vjp
from minigrad.differences import Probe, agrees, disagreement


def ones(probe):
    return np.ones((1, probe.middle.size))


def counted(fn):
    """`fn`, and a list that grows by one with every call."""
    calls = []

    def counting(*args):
        calls.append(1)
        return fn(*args)

    return counting, calls


@pytest.mark.parametrize(
    ("fn", "slope", "x"),
    [
        (np.exp, np.exp, np.linspace(-3, 3, 7)),
        (np.log, lambda x: 1 / x, np.array([1e-3, 1.0, 1e4])),
        (lambda x: x**5, lambda x: 5 * x**4, np.array([-10.0, 0.0, 3.0])),
        (lambda x: np.sin(40 * x), lambda x: 40 * np.cos(40 * x), np.linspace(0.1, 2, 5)),
    ],
)
def test_slopes_of_smooth_functions(fn, slope, x):
    (found,) = Probe(fn, [x]).slopes(0, np.ones((1, x.size)))
    np.testing.assert_allclose(found.central, slope(x), rtol=1e-6, atol=1e-9)
    assert not found.kink.any()


def test_slopes_of_all_upstream_gradients_come_from_the_same_calls():
    matrix, (fn, calls) = np.arange(12.0).reshape(3, 4), counted(lambda x: np.arange(12.0).reshape(3, 4) @ x)
    gs = np.array([[1.0, 0, 0], [0, 2.0, 0], [1.0, 1.0, 1.0]])
    found = Probe(fn, [np.ones(4)]).slopes(0, gs)
    for g, slopes in zip(gs, found, strict=True):
        np.testing.assert_allclose(slopes.central, g @ matrix, rtol=1e-6, atol=1e-8)
    assert len(calls) == 1 + 2 * 4


def test_a_kink_is_seen_from_both_sides():
    (found,) = Probe(np.abs, [np.array([0.0, 1.0, -2.0])]).slopes(0, np.ones((1, 3)))
    assert found.kink.tolist() == [True, False, False]
    np.testing.assert_allclose([found.left[0], found.right[0]], [-1, 1], rtol=1e-6)


def test_only_entries_that_need_it_are_looked_at_again():
    fn, calls = counted(np.abs)
    Probe(fn, [np.array([0.0, *range(1, 50)])]).slopes(0, np.ones((1, 50)))
    assert len(calls) == 1 + 2 * 50 + 2


def test_a_full_check_calls_the_function_twice_for_each_entry():
    fn, calls = counted(lambda x: np.tanh(x).sum())
    check_vjp(fn, lambda g, x: [g * (1 - np.tanh(x) ** 2)], [np.linspace(-1, 1, 100)])
    assert len(calls) == 1 + 2 * 100


def test_a_fast_check_calls_the_function_twice_for_each_input():
    fn, calls = counted(lambda x, y: np.sum(np.tanh(x) * y))
    wanted = lambda g, x, y: [g * y * (1 - np.tanh(x) ** 2), g * np.tanh(x)]
    report = check_vjp(fn, wanted, [np.linspace(-1, 1, 100), np.linspace(2, 3, 100)], fast=True)
    assert len(calls) == 1 + 2 * 2
    assert (report.seeds, report.entries) == ((0,), 2)


def test_a_function_that_writes_into_its_input_gets_copies():
    def rude(x):
        x *= 2.0
        return x * x

    x = np.array([[1.0, -2.0], [0.5, 3.0]])
    probe = Probe(rude, [x])
    assert probe.copying
    (found,) = probe.slopes(0, ones(probe))
    np.testing.assert_allclose(found.central, 8 * x, rtol=1e-6)
    np.testing.assert_array_equal(probe.work[0], x)
    check_vjp(rude, lambda g, x: [8 * g * x], [x])
    check_vjp(rude, lambda g, x: [8 * g * x], [x], fast=True)


def rude_beyond_one(x):
    if x[0] > 1.0:
        x[2] = 100.0
    return np.sum(x * x)


def test_a_function_that_writes_only_now_and_then_gets_copies_from_then_on():
    """Even where the entry that it wrote into is put right again in its own turn."""
    x = np.array([1.0, 2.0, 3.0])
    probe = Probe(rude_beyond_one, [x])
    assert not probe.copying
    (slopes,) = probe.slopes(0, ones(probe))
    assert probe.copying
    np.testing.assert_allclose(slopes.central[1:], 2 * x[1:], rtol=1e-6)
    np.testing.assert_array_equal(probe.work[0], x)


def test_a_function_that_writes_into_another_input_gets_copies():
    def rude(a, b, c):
        if a[0] > 1.0:
            c[0] = 100.0
        return np.sum(a * b * c)

    inputs = [np.array([1.0]), np.array([2.0]), np.array([3.0])]
    probe = Probe(rude, inputs)
    found = probe.along(np.ones(()), {i: np.ones(1) for i in range(3)})
    assert probe.copying
    np.testing.assert_allclose(found[1], [3, 3], rtol=1e-6)


def test_a_function_that_hands_its_input_back():
    check_vjp(lambda x: x, lambda g, x: [g], [np.array([[1.0, 2.0], [3.0, 4.0]])])
    check_vjp(lambda x: x.T, lambda g, x: [g.T], [np.arange(6.0).reshape(2, 3)])
    check_vjp(lambda x: x, lambda g, x: [g], [np.arange(4.0)], fast=True)


def test_arrays_of_any_memory_layout():
    x = np.asfortranarray(np.arange(6.0).reshape(2, 3) + 1)
    check_vjp(lambda a: a * a, lambda g, a: [2 * g * a], [x])
    check_vjp(lambda a: a * a, lambda g, a: [2 * g * a], [x[:, ::2]])


def test_results_that_are_kept_in_parts(monkeypatch):
    monkeypatch.setattr("minigrad.differences.ROOM", 20)
    x, rows = np.linspace(-1, 1, 9), np.arange(36.0).reshape(4, 9)
    check_vjp(lambda a: rows @ a, lambda g, a: [rows.T @ g], [x])
    with pytest.raises(mg.GradientError):
        check_vjp(lambda a: rows @ a, lambda g, a: [rows.T @ g * 1.001], [x])


def test_gradcheck_runs_on_plain_arrays_only_if_that_is_the_same():
    seen = []

    def fn(x):
        seen.append(type(x))
        return np.tanh(x)

    mg.gradcheck(fn, [np.linspace(-1, 1, 20)])
    assert seen.count(mg.Tensor) == 1
    assert seen.count(np.ndarray) == 1 + 2 * 20


def doubled_in_place(x):
    y = x + 0.0 if isinstance(x, mg.Tensor) else x
    y *= 2.0
    return y * y


@pytest.mark.parametrize(
    "fn",
    [
        lambda x: x.relu() * x,  # arrays have no relu
        lambda x: x * (2.0 if isinstance(x, mg.Tensor) else 3.0),  # something else for arrays
        doubled_in_place,
    ],
)
def test_gradcheck_runs_on_tensors_where_arrays_give_something_else(fn):
    report = mg.gradcheck(fn, [np.linspace(0.5, 2, 5)])
    assert report.worst < 1e-6


def test_gradcheck_of_a_function_of_tensors_that_it_holds():
    weights = mg.Parameter(np.linspace(-1, 1, 12).reshape(3, 4))
    report = mg.gradcheck(lambda x: np.tanh(x @ weights).sum(), [np.ones((2, 3))])
    assert report.entries == 18
    assert weights.grad is None


def test_numbers_and_arrays_are_judged_alike():
    rng = np.random.default_rng(0)
    probe = Probe(lambda x: np.abs(x) * 1.0, [np.array([0.0])])
    (slopes,) = probe.slopes(0, np.ones((1, 1)))
    for sent in [*rng.uniform(-1.5, 1.5, 50), 1.0, -1.0, np.nan, np.inf]:
        one = agrees(sent, slopes.left[0], slopes.right[0], slopes.central[0], slopes.noise)
        assert one is not bool(disagreement(np.array([sent]), slopes)[0])


@pytest.mark.parametrize("fast", [False, True])
def test_an_input_that_is_not_a_number_is_an_error_and_no_endless_search(fast):
    with np.errstate(all="ignore"), pytest.raises(mg.GradientError, match="not a finite number"):
        check_vjp(np.square, lambda g, x: [2 * g * x], [np.array([np.nan, 1.0])], fast=fast)


def test_slopes_that_are_not_finite_are_no_agreement():
    with np.errstate(all="ignore"), pytest.raises(mg.GradientError):
        check_vjp(np.log, lambda g, x: [g / (x + 1.0)], [np.array([0.0, 1.0])])
