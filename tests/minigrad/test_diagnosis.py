"""Planted mistakes, of the kinds that students make: none passes, and nearly all are named rightly at once."""

import re

import numpy as np
import pytest

import minigrad as mg
from minigrad.check import check_vjp

RNG = np.random.default_rng(0)
X, Y = RNG.uniform(0.5, 2, (3, 4)) * RNG.choice([-1, 1], (3, 4)), RNG.uniform(0.5, 2, (3, 4))
A, B, SQ, SQ2 = (
    RNG.normal(size=(3, 4)),
    RNG.normal(size=(4, 2)),
    RNG.normal(size=(3, 3)),
    RNG.normal(size=(3, 3)),
)
TARGET = np.array([2, 0, 3])
HOT = np.eye(4)[TARGET]
SEEN: list = []


def plain(fn):
    return lambda *a, **k: np.asarray(fn(*a, **k))


softmax, log_softmax, sigmoid, relu = (plain(f) for f in (mg.softmax, mg.log_softmax, mg.sigmoid, mg.relu))


def entropy(x):
    return np.asarray(mg.cross_entropy(x, TARGET))


def total(g):
    SEEN.append(g)
    return sum(SEEN)


def clobber(x, value):
    x[...] = value
    return x


# name: (forward, wrong backward, inputs, what the diagnosis must say)
PLANTED = {
    "multiply, upstream forgotten": (np.multiply, lambda g, x, y: [y, x], [X, Y], "ignores the upstream"),
    "exp, upstream forgotten": (np.exp, lambda g, x: [np.exp(x)], [X], "ignores the upstream"),
    "sum, ones": (np.sum, lambda g, x: [np.ones_like(x)], [X], "ignores the upstream"),
    "relu, only the mask": (relu, lambda g, x: [(x > 0) * 1.0], [X], "ignores the upstream"),
    "loss that ignores output_diff": (entropy, lambda g, x: [(softmax(x) - HOT) / 3], [X], "ignores the upstream"),
    "tanh, upstream twice": (np.tanh, lambda g, x: [g * g * (1 - np.tanh(x) ** 2)], [X], "gradient in it twice"),
    "matmul, upstream twice": (np.matmul, lambda g, a, b: [(g * g) @ b.T, a.T @ g], [A, B], "gradient in it twice"),
    "multiply, upstream as a mask": (np.multiply, lambda g, x, y: [(g > 0) * y, g * x], [X, Y], "not linear|ignores"),
    "subtract, sign": (np.subtract, lambda g, x, y: [g, g], [X, Y], "wrong sign"),
    "cos, sign": (np.cos, lambda g, x: [g * np.sin(x)], [X], "wrong sign"),
    "divide, sign": (np.divide, lambda g, x, y: [g / y, g * x / y**2], [X, Y], "wrong sign"),
    "multiply, swapped": (np.multiply, lambda g, x, y: [g * x, g * y], [X, Y], "swapped"),
    "matmul, swapped": (np.matmul, lambda g, a, b: [a.T @ g, g @ b.T], [SQ, SQ2], "swapped"),
    "square, factor": (np.square, lambda g, x: [g * x], [X], "half as large"),
    "x used twice, =": (lambda x: x * x, lambda g, x: [g * x], [X], r"`\+=` is needed"),
    "counted two times": (np.add, lambda g, x, y: [g + g, g], [X, Y], "twice as large"),
    "sqrt, missing half": (np.sqrt, lambda g, x: [g / np.sqrt(x)], [Y], "twice as large"),
    "mean, not divided": (np.mean, lambda g, x: [np.full(x.shape, g)], [X], "12 times too large"),
    "sum, divided": (np.sum, lambda g, x: [np.full(x.shape, g / x.size)], [X], "12 times too small"),
    "loss not averaged": (entropy, lambda g, x: [g * (softmax(x) - HOT)], [X], "3 times too large"),
    "bias averaged over the batch": (lambda x, b: x + b, lambda g, x, b: [g, g.mean(0)], [X, Y[0]], "3 times too sm"),
    "axis forgotten in a mean": (lambda x: x.mean(1), lambda g, x: [g[:, None] + 0 * x], [X], "4 times too large"),
    "dropout, not rescaled": (lambda x: x * 1.25, lambda g, x: [g], [X], "same factor everywhere"),
    "norm, not divided": (lambda x: np.sqrt((x * x).sum()), lambda g, x: [g * x], [X], "same factor everywhere"),
    "off by 0.1 %": (np.sin, lambda g, x: [1.001 * g * np.cos(x)], [X], "same factor everywhere"),
    "relu, no mask": (relu, lambda g, x: [g], [X], "mask missing"),
    "relu, inverted": (relu, lambda g, x: [g * (x < 0)], [X], "mask inverted"),
    "max to all": (lambda x: x.max(1), lambda g, x: [g[:, None] + 0 * x], [X], "mask missing"),
    "clip, no mask": (lambda x: np.clip(x, -1, 1), lambda g, x: [g], [X], "mask missing"),
    "leaky relu, dead side": (lambda x: np.where(x > 0, x, 0.1 * x), lambda g, x: [g * (x > 0)], [X], "too strict"),
    "transpose by reshape": (np.transpose, lambda g, x: [g.reshape(x.shape)], [X], "wrong places"),
    "matmul, transposed result": (np.matmul, lambda g, a, b: [(g @ b.T).T, a.T @ g], [SQ, SQ2], "transposed"),
    "shape transposed": (np.matmul, lambda g, a, b: [(g @ b.T).T, a.T @ g], [A, B], "wrong shape"),
    "broadcast not summed": (lambda x, b: x + b, lambda g, x, b: [g, g], [X, Y[0]], "wrong shape"),
    "softmax, only the diagonal with y": (softmax, lambda g, x: [g * softmax(x)], [X], "summed over that axis"),
    "cross-entropy, no one-hot": (entropy, lambda g, x: [g * softmax(x) / 3], [X], "one-hot not subtracted"),
    "sigmoid without 1 - y": (sigmoid, lambda g, x: [g * sigmoid(x)], [X], "multiplied by 1 − the output"),
    "exp without y": (np.exp, lambda g, x: [g], [X], "multiplied by the output"),
    "tanh, 1 - y": (np.tanh, lambda g, x: [g * (1 - np.tanh(x))], [X], "multiplied by 1 . the output"),
    "log, times x": (np.log, lambda g, x: [g * x], [Y], "divided by x squared|divided by input 0 squared"),
    "divide, y not squared": (np.divide, lambda g, x, y: [g / y, -g * x / y], [X, Y], "divided by input 1"),
    "multiply, value reused": (np.multiply, lambda g, x, y: [g * x * y, g * x], [X, Y], "divided by input 0"),
    "nothing written": (np.multiply, lambda g, x, y: [0 * x, g * x], [X, Y], "0 everywhere"),
    "division by zero": (lambda x: x * 1.0, lambda g, x: [g * x / x], [np.array([0.0, 1.0])], "not a finite number"),
    "overwrites its input": (np.multiply, lambda g, x, y: [g * y, clobber(x, g * x)], [X, Y], "overwrote its input"),
    "overwrites the upstream": (np.exp, lambda g, x: [clobber(g, g * np.exp(x))], [X], "overwrote the upstream"),
    "never reset": (np.add, lambda g, x, y: [total(g), g], [X, Y], "two equal calls gave different"),
    "one gradient": (np.add, lambda g, x, y: [g], [X, Y], "1 gradient for 2 inputs"),
    "no return": (np.add, lambda g, x, y: None, [X, Y], "`return` missing"),
    "None for one": (np.add, lambda g, x, y: [g, None], [X, Y], r"missing \(None\)"),
}  # fmt: skip


def verdict(name):
    forward, backward, inputs, _ = PLANTED[name]
    with np.errstate(all="ignore"), pytest.raises(mg.GradientError) as caught:
        check_vjp(forward, backward, inputs)
    return str(caught.value)


def test_there_are_at_least_forty():
    assert len(PLANTED) >= 40


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_caught_and_named(name):
    assert re.search(PLANTED[name][3], verdict(name)), verdict(name)


@pytest.mark.parametrize("seed", range(10))
def test_no_planted_mistake_passes_under_any_seed(seed):
    for name, (forward, backward, inputs, _) in PLANTED.items():
        with np.errstate(all="ignore"):
            caught = refused(forward, backward, inputs, seed)
        assert caught, f"{name} passed with seed {seed}"


def refused(forward, backward, inputs, seed):
    try:
        check_vjp(forward, backward, inputs, seeds=[seed])
    except mg.GradientError:
        return True
    return False


def test_the_report_says_which_entry_is_worst_and_how_many_are_wrong():
    wrong = lambda g, x, y: [g * y, g * x + (x == X[1, 2]) * 0.5]
    with pytest.raises(mg.GradientError) as caught:
        check_vjp(np.multiply, wrong, [X, Y], names=["x", "y"], seeds=[3])
    report = caught.value.report
    assert report.seeds == (3,)
    x, y = report.inputs
    assert (x.name, x.wrong, x.entries) == ("x", 0, 12)
    assert (y.name, y.wrong, y.index) == ("y", 1, (1, 2))
    assert y.analytic - y.numeric == pytest.approx(0.5, abs=1e-6)
    assert y.ratio == pytest.approx(y.analytic / y.numeric)
    assert "Seed 3" in str(caught.value)


def test_the_fast_mode_catches_what_the_full_one_catches():
    for name, (forward, backward, inputs, expected) in PLANTED.items():
        with np.errstate(all="ignore"), pytest.raises(mg.GradientError) as caught:
            check_vjp(forward, backward, inputs, fast=True)
        assert re.search(expected, str(caught.value)), name


def test_the_fast_mode_compares_one_number_per_input():
    w = np.linspace(-1, 1, 1000)
    assert mg.gradcheck(np.tanh, w, fast=True, seeds=[0]).entries == 1
    assert mg.gradcheck(np.tanh, w, seeds=[0]).entries == 1000


def test_complex_functions_are_checked_in_real_numbers():
    z = np.array([0.3 + 0.4j, -1.0 + 2.0j])
    report = mg.gradcheck(lambda z: z * z * (1 + 2j), [z], names=["z"])
    assert [part.name for part in report.inputs] == ["Re z", "Im z"]
    mg.gradgradcheck(lambda z, w: z * w / (2 + z), [z, np.array([1j, 2.0])])

    @mg.primitive
    def tripled(z):
        return z * 3j

    mg.defvjp(tripled, lambda g: g * 3j, holomorphic=False)  # wrong: not conjugated
    with pytest.raises(mg.GradientError, match="Re z"):
        mg.gradcheck(tripled, [z], names=["z"])


@pytest.mark.parametrize("name", ["relu", "|x|", "max"])
def test_2000_random_draws_at_and_near_kinks_never_fail_a_right_gradient(name):
    functions = {
        "relu": (relu, lambda g, x: [g * (x > 0)]),
        "|x|": (np.abs, lambda g, x: [g * np.sign(x)]),
        "max": (np.max, lambda g, x: [g * (x == x.max()) / (x == x.max()).sum()]),
    }
    rng = np.random.default_rng(1)
    for k in range(700):
        x = rng.normal(size=4) * rng.choice([0, 1e-7, 1e-5, 1, 100], 4)
        check_vjp(*functions[name], [x], seeds=[k])
