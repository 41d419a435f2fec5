"""Nodes that students write: in graphs, at both orders, and what is said when they are wrong."""

import numpy as np
import pytest

import minigrad as mg


def leaf(value, name=None):
    return mg.tensor(value, requires_grad=True, name=name)


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
            r"rule of Wrong for its argument 0 returned a gradient of shape \(3,\).*test_function",
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
