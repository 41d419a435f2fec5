"""Graphs that are fed again, functions that students write, and the checker that checks them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad.check import check_vjp


def leaf(value, name=None):
    return mg.tensor(value, requires_grad=True, name=name)


# Graph ------------------------------------------------------------------------------------------------------


def dag():
    x, w = mg.tensor([1.0, 2.0], name="x"), leaf([3.0, 4.0], "w")
    return mg.Graph((w * x * w).sum()), x, w


def test_a_graph_is_fed_again():
    graph, _, w = dag()
    assert graph.forward(x=[1.0, 1.0]).item() == 25
    gradients = graph.backward()
    assert list(gradients) == ["w"]
    np.testing.assert_array_equal(gradients["w"], [6, 8])
    assert graph.forward(w=[1.0, 1.0]).item() == 2
    np.testing.assert_array_equal(graph.backward()["w"], [2, 2])
    np.testing.assert_array_equal(graph.backward()["w"], [2, 2])  # each call gives this run's gradient
    assert w.grad is None
    np.testing.assert_array_equal(w.data, [3, 4])


def test_nodes_of_a_graph_are_in_topological_order():
    graph, *_ = dag()
    place = {node: k for k, node in enumerate(graph.nodes)}
    assert len(graph) == 3
    assert all(place[p] < k for node, k in place.items() for p in node.parents if p in place)


def test_wrong_use_of_a_graph():
    graph, *_ = dag()
    with pytest.raises(mg.UsageError, match=r"no input called 'X'; it has w, x"):
        graph.forward(X=1)
    with pytest.raises(ValueError, match=r"input 'x' has shape \(2,\); the value given has shape \(3,\)"):
        graph.forward(x=[1, 2, 3])
    with pytest.raises(
        TypeError, match="needs a Tensor, the result of a computation, or a function; it got a list"
    ):
        mg.Graph([1.0])
    with pytest.raises(RuntimeError, match=r"Graph\(\) has nothing to capture"):
        mg.Graph(mg.tensor(1.0))
    with pytest.raises(mg.UsageError, match="Two inputs of this graph are called 'a'"):
        mg.Graph(leaf(1.0, "a") * leaf(2.0, "a"))


# Function ---------------------------------------------------------------------------------------------------


class Multiply(mg.Function):
    def forward(self, inputs):
        x, y = inputs
        return x * y

    def backward(self, inputs, output, output_diff):
        x, y = inputs
        return [output_diff * y, output_diff * x]


def test_a_function_works_in_graphs_at_both_orders():
    x = leaf(3.0)
    y = Multiply()(x, x)
    (g,) = mg.grad(y, x, create_graph=True)
    (h,) = mg.grad(g, x)
    assert (y.item(), g.item(), h.item()) == (9, 6, 2)
    mg.gradcheck(Multiply(), [np.array([1.0, 2.0]), np.array([3.0, -1.0])])
    mg.gradgradcheck(Multiply(), [np.array([1.0, 2.0]), np.array([3.0, -1.0])])
    assert Multiply.apply(leaf(2.0), 4.0).item() == 8
    assert Multiply()(2.0, 3.0) == 6


def test_backward_is_called_once_for_all_inputs():
    class Counted(Multiply):
        calls = 0

        def backward(self, inputs, output, output_diff):
            Counted.calls += 1
            return super().backward(inputs, output, output_diff)

    Counted()(leaf(1.0), leaf(2.0)).backward()
    assert Counted.calls == 1


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (None, r"Wrong\.backward returned nothing.*`return` missing"),
        (
            np.ones(2),
            r"Wrong\.backward returned a ndarray; it must return a list with one gradient per input: 2 here",
        ),
        ([1.0], r"Wrong\.backward returned 1 gradient for 2 inputs"),
        (
            [np.ones(3), np.ones(2)],
            r"rule of Wrong for its argument 0 returned a gradient of shape \(3,\).*test_graph",
        ),
    ],
)
def test_a_backward_of_the_wrong_form(result, message):
    class Wrong(Multiply):
        def backward(self, inputs, output, output_diff):
            return result

    y = Wrong()(leaf(np.ones(2)), leaf(np.ones(2)))
    with pytest.raises((TypeError, ValueError), match=message):
        y.backward(np.ones(2))


def test_a_forward_that_returns_nothing_or_is_missing():
    class Silent(mg.Function):
        def forward(self, inputs):
            inputs[0] * 2

    with pytest.raises(TypeError, match=r"Silent\.forward returned nothing.*`return` missing"):
        Silent()(leaf(1.0))
    with pytest.raises(TypeError, match=r"Function has no forward\(self, inputs\) yet"):
        mg.Function()(leaf(1.0))

    class NoBackward(mg.Function):
        def forward(self, inputs):
            return inputs[0] * 1

    with pytest.raises(TypeError, match="NoBackward has no backward"):
        NoBackward()(leaf(1.0)).backward()


def test_none_means_no_gradient():
    class OnlyFirst(Multiply):
        def backward(self, inputs, output, output_diff):
            return [output_diff * inputs[1], None]

    x, y = leaf(2.0), leaf(5.0)
    OnlyFirst()(x, y).backward()
    assert x.grad.item() == 5
    assert y.grad is None


# The checker ------------------------------------------------------------------------------------------------

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


# Whole programs ---------------------------------------------------------------------------------------------

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
