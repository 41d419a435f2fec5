"""The gradient checker: planted mistakes are caught, right gradients pass, whole programs agree."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad.check import check_vjp


def leaf(value, name=None):
    return mg.tensor(value, requires_grad=True, name=name)


X, Y = np.array([[1.0, -2.0, 0.5], [0.3, 4.0, -1.5]]), np.array([[2.0, 0.7, -3.0], [1.1, -0.4, 2.5]])
STATE: list = []


def overwrites(g, x, y):
    x *= y
    return [g * y, g * x]


def remembers(g, x, y):
    STATE.append(g)
    return [sum(STATE) * y, g * x]


WRONG = {
    "forgets the upstream gradient": (lambda g, x, y: [y, x], "ignores the upstream gradient"),
    "upstream twice": (lambda g, x, y: [g * g * y, g * x], "has the upstream gradient in it twice"),
    "swapped": (lambda g, x, y: [g * x, g * y], "equals the one for y: are the two swapped"),
    "sign": (lambda g, x, y: [-g * y, g * x], "wrong sign"),
    "factor 2": (lambda g, x, y: [2 * g * y, g * x], "twice as large"),
    "factor ½": (lambda g, x, y: [0.5 * g * y, g * x], "half as large"),
    "only one has the wrong sign": (lambda g, x, y: [g * y, -g * x], "gradient for y has the wrong sign"),
    "zeros": (lambda g, x, y: [0 * x, g * x], "0 everywhere: was it never written"),
    "off by 0.1 %": (
        lambda g, x, y: [1.001 * g * y, g * x],
        "off by the same factor everywhere: is a constant missing",
    ),
    "mean for sum": (lambda g, x, y: [g * y / 6, g * x], "6 times too small"),
    "not linear": (lambda g, x, y: [np.sign(g) * y, g * x], "ignores|not linear|forget"),
    "one entry": (lambda g, x, y: [g * y + (x == 4) * 1e-3, g * x], "is wrong|not linear"),
    "nan": (lambda g, x, y: [g * y / (x - x), g * x], "is not a finite number"),
    "one gradient": (lambda g, x, y: [g * y], "1 gradient for 2 inputs"),
    "nothing": (lambda g, x, y: None, "0 gradients for 2 inputs"),
    "missing": (lambda g, x, y: [None, g * x], "is missing"),
    "transposed": (lambda g, x, y: [(g * y).T, g * x], "wrong shape"),
    "overwrites": (overwrites, "overwrote its input x"),
    "state": (remembers, "two equal calls gave different gradients"),
    "reuses the value": (lambda g, x, y: [g * x * y, g * x], "would be right if divided by x"),
}


@pytest.mark.parametrize(("backward", "diagnosis"), WRONG.values(), ids=WRONG)
def test_a_planted_wrong_gradient_is_caught_and_named(backward, diagnosis):
    with np.errstate(all="ignore"), pytest.raises(mg.GradientError, match=diagnosis):
        check_vjp(np.multiply, backward, [X, Y], names=["x", "y"])


def test_equal_gradients_are_not_taken_for_swapped_ones():
    for backward, diagnosis in (
        (lambda g, x, y: [g, -g], "wrong sign"),
        (lambda g, x, y: [2 * g, g], "twice as large"),
    ):
        with pytest.raises(mg.GradientError, match=diagnosis):
            check_vjp(np.add, backward, [X, Y])


def test_the_upstream_gradient_of_a_number_may_not_be_overwritten_either():
    def doubles(g, x):
        g *= 2
        return [g / 2]

    with pytest.raises(mg.GradientError, match="overwrote the upstream gradient"):
        check_vjp(lambda x: x + 0.0, doubles, [1.0])


SQUARE = np.array([[1.0, 2.0], [-3.0, 0.5]])


@pytest.mark.parametrize(
    ("forward", "backward", "inputs", "diagnosis"),
    [
        (np.matmul, lambda g, a, b: [(g @ b.T).T, a.T @ g], [SQUARE, SQUARE + 1], "transposed"),
        (np.matmul, lambda g, a, b: [g @ b, a.T @ g], [SQUARE, SQUARE + 1], "gradient for input 0 is"),
        (np.add, lambda g, x, b: [g, g], [X, Y[0]], r"\(2, 3\); the input.*\(3,\).*sum it over the axes"),
        (mg.relu, lambda g, x: [g], [X], "not 0 where it should be: is a mask missing"),
        (mg.relu, lambda g, x: [g * (x < 0)], [X], "mask inverted"),
        (np.tanh, lambda g, x: [g * (1 - np.tanh(x))], [X], r"multiplied by|wrong"),
        (mg.sigmoid, lambda g, x: [g * mg.sigmoid(x)], [X], "multiplied by 1 − the output"),
        (np.exp, lambda g, x: [g], [X], "multiplied by the output"),
        (np.square, lambda g, x: [g * x], [X], "half as large"),
        (mg.softmax, lambda g, x: [g * mg.softmax(x)], [X], "wrong|divid|missing"),
        (mg.log_softmax, lambda g, x: [g - np.exp(mg.log_softmax(x)) * g], [X], "wrong|missing"),
        (np.max, lambda g, x: [g * np.ones_like(x)], [X], "not 0 where it should be"),
        (np.sum, lambda g, x: [np.full(x.shape, g / x.size)], [X], "6 times too small"),
        (np.mean, lambda g, x: [np.full(x.shape, g)], [X], "6 times too large"),
    ],
)
def test_more_planted_mistakes(forward, backward, inputs, diagnosis):
    with pytest.raises(mg.GradientError, match=diagnosis):
        check_vjp(forward, backward, inputs)


def test_a_wrong_rule_in_the_engine_is_caught():
    """HIPS autograd tests its checker with a rule that is wrong by 0.1 %; so do we."""

    @mg.primitive
    def sine(x):
        return np.sin(x)

    mg.defvjp(sine, lambda g, x: g * np.cos(x) * 1.001)
    with pytest.raises(
        mg.GradientError, match=r"(?s)sine: the gradient for x is off by the same factor.*ratio 1\.001"
    ):
        mg.gradcheck(sine, [np.array([0.1, 0.5])], names=["x"])


def test_a_wrong_second_derivative_is_caught():
    @mg.primitive
    def cubed(x):
        return x**3

    mg.defvjp(cubed, lambda g, x: g * 3 * x.data**2 if isinstance(x, mg.Tensor) else g * 3 * x**2)
    mg.gradcheck(cubed, [np.array([0.5, 2.0])])
    with pytest.raises(mg.GradientError, match="gradient of cubed"):
        mg.gradgradcheck(cubed, [np.array([0.5, 2.0])])


RIGHT_AT_KINKS = {
    "relu at 0": (mg.relu, lambda g, x: [g * (x > 0)], [np.array([0.0, 1.0, -1.0])]),
    "relu at 0, the other way": (mg.relu, lambda g, x: [g * (x >= 0)], [np.array([0.0, 1.0, -1.0])]),
    "|x| at 0": (np.abs, lambda g, x: [g * np.sign(x)], [np.zeros(3)]),
    "max with ties": (np.max, lambda g, x: [g * (x == x.max()) / (x == x.max()).sum()], [np.array([2.0, 2.0, 1.0])]),
    "saturated sigmoid": (mg.sigmoid, lambda g, x: [g * mg.sigmoid(x) * mg.sigmoid(-x)], [np.array([-40.0, 20])]),
    "size-1 axes": (np.multiply, lambda g, x, y: [g * y, g * x], [np.ones((1, 1)), np.full((1, 1), 2.0)]),
    "empty": (np.exp, lambda g, x: [g * np.exp(x)], [np.zeros((0, 3))]),
    "900 entries": (np.tanh, lambda g, x: [g * (1 - np.tanh(x) ** 2)], [np.linspace(-3, 3, 900)]),
    "large outputs, small slopes": (lambda x: 1e6 + 1e-3 * x, lambda g, x: [1e-3 * g], [np.ones(3)]),
    "steep": (np.log, lambda g, x: [g / x], [np.array([1e-3, 1.0])]),
}  # fmt: skip


@pytest.mark.parametrize(("forward", "backward", "inputs"), RIGHT_AT_KINKS.values(), ids=RIGHT_AT_KINKS)
def test_right_gradients_pass_at_kinks_ties_and_saturation(forward, backward, inputs):
    check_vjp(forward, backward, inputs, seeds=range(20))


def test_a_kink_is_reported():
    report = check_vjp(mg.relu, lambda g, x: [g * (x > 0)], [np.array([0.0, 1.0])], seeds=[0], label="relu")
    assert report.kinks == 1
    assert str(report).startswith("relu: 2 derivatives agree")
    assert "1 on a kink" in str(report)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["(3,)", "(2, 3)", "(1, 4)"]))
def test_right_gradients_never_fail(seed, shape):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=eval(shape)), rng.normal(size=eval(shape))
    check_vjp(
        lambda x, y: np.sin(x) * y, lambda g, x, y: [g * np.cos(x) * y, g * np.sin(x)], [a, b], seeds=[seed]
    )


UNARY = [
    np.tanh,
    np.sin,
    np.exp,
    mg.sigmoid,
    np.square,
    lambda x: x[..., ::-1],
    lambda x: x - x.mean(),
    np.negative,
]
BINARY = [
    np.add,
    np.multiply,
    np.subtract,
    lambda a, b: a / (2 + b * b),
    lambda a, b: np.stack([a + b, a * b]).sum(axis=0),
]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=8),
    st.integers(0, 9999),
)
def test_random_programs_agree_with_finite_differences(steps, seed):
    """Any small program of ours has the gradient that finite differences see, at both orders."""

    def program(*inputs):
        values = list(inputs)
        for op, i, j in steps:
            a, b = values[i % len(values)], values[j % len(values)]
            values.append(UNARY[op](a) if op < len(UNARY) else BINARY[op - len(UNARY)](a, b))
            values[-1] = np.tanh(values[-1])  # keeps numbers in range
        return values[-1] + values[0]

    rng = np.random.default_rng(seed)
    inputs = [rng.normal(size=shape) for shape in [(2, 3), (3,), (1, 3)]]
    mg.gradcheck(program, inputs, seeds=[seed])
    mg.gradgradcheck(program, inputs, seeds=[seed])
