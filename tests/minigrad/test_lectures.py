"""The worked numbers of the lectures, as far as the engine's functions can express them."""

import numpy as np
import pytest

import minigrad as mg


def leaf(value, name=None):
    return mg.tensor(value, requires_grad=True, name=name)


def test_x_plus_y_times_z():
    x, y, z = leaf(-2.0), leaf(5.0), leaf(-4.0)
    q = x + y
    q.retain_grad()
    f = q * z
    f.backward()
    assert (q.item(), f.item()) == (3, -12)
    assert [t.grad.item() for t in (x, y, z, q)] == [-4, -4, 3, -4]


def test_ln_x1_plus_x1_x2_minus_sin_x2():
    x1, x2 = leaf(2.0), leaf(5.0)
    f = np.log(x1) + x1 * x2 - np.sin(x2)
    f.backward()
    assert f.item() == pytest.approx(11.652, abs=5e-4)
    assert x1.grad.item() == pytest.approx(5.5)
    assert x2.grad.item() == pytest.approx(1.7163, abs=5e-5)


def test_minus_log_of_the_sigmoid_of_w_x():
    w, x = leaf([0.5, -1.0, 2.0]), np.array([1.0, 2.0, -0.5])
    decomposed = -np.log(1 / (1 + np.exp(-(w @ x))))
    whole = -np.log(mg.sigmoid(w @ x))
    (g,), (h,) = mg.grad(decomposed, w), mg.grad(whole, w)
    u = w.data @ x
    np.testing.assert_allclose(g, -(1 - 1 / (1 + np.exp(-u))) * x)
    np.testing.assert_allclose(h, g)


def test_norm_of_1_2_2():
    x = leaf([1.0, 2.0, 2.0])
    loss = x.norm()
    loss.backward()
    assert loss.item() == 3
    np.testing.assert_allclose(x.grad, [1 / 3, 2 / 3, 2 / 3])


def test_two_backward_passes_accumulate_like_one_sum():
    x = leaf([3.0, 4.0])
    x.norm().backward()
    x.dot(mg.tensor([-10.0, 10.0])).backward()
    np.testing.assert_allclose(x.grad, [-9.4, 10.8])
    y = leaf([3.0, 4.0])
    (y.norm() + y.dot(mg.tensor([-10.0, 10.0]))).backward()
    np.testing.assert_allclose(y.grad, [-9.4, 10.8])


def test_higher_order():
    x = leaf([1.0, 2.0, 3.0])
    (g,) = mg.grad(x.pow(2).sum(), x, create_graph=True)
    np.testing.assert_allclose(g.numpy(), [2, 4, 6])
    (h,) = mg.grad(g[0].exp() - g[2].exp(), x)
    np.testing.assert_allclose(h, [14.7781, 0, -806.8576], atol=5e-5)


def test_the_dag_with_the_shared_weight():
    """x1 = w1 x0, x2 = x0 + w2 x1, x3 = w1 (x1 + x2), q = ‖x3‖: both derivations of the lecture."""
    rng = np.random.default_rng(0)
    w1, w2 = mg.Parameter(rng.normal(size=(5, 5))), mg.Parameter(rng.normal(size=(5, 5)))
    x = mg.tensor(rng.normal(size=5))
    x1 = w1.mv(x)
    x2 = x + w2.mv(x1)
    x3 = w1.mv(x1 + x2)
    q = x3.norm()
    q.backward()
    g3 = x3.data / q.item()
    g2 = w1.data.T @ g3
    g1 = w2.data.T @ g2 + w1.data.T @ g3
    np.testing.assert_allclose(w1.grad, np.outer(g1, x.data) + np.outer(g3, x1.data + x2.data))
    np.testing.assert_allclose(w2.grad, np.outer(g2, x1.data))


def test_numerical_gradient_of_the_slides():
    """1.25347 → 1.25322 with h = 1e-4 is -2.5; 1.25353 is 0.6; unchanged is 0."""
    slopes = (np.array([1.25322, 1.25353, 1.25347]) - 1.25347) / 1e-4
    np.testing.assert_allclose(slopes, [-2.5, 0.6, 0], atol=1e-9)


def test_dense_layer_and_the_published_slip():
    """The gradient for x is W @ g. The printed W.T @ g fails unless W is square, and is silently wrong then."""

    class Dense(mg.Function):
        def forward(self, inputs):
            x, w, b = inputs
            return w.T @ x + b

        def backward(self, inputs, output, output_diff):
            x, w, _ = inputs
            return [w @ output_diff, np.outer(x, output_diff), output_diff]

    class AsPrinted(Dense):
        def backward(self, inputs, output, output_diff):
            return [inputs[1].T @ output_diff, *super().backward(inputs, output, output_diff)[1:]]

    rng = np.random.default_rng(0)
    x, w, b = rng.normal(size=3), rng.normal(size=(3, 2)), rng.normal(size=2)
    forward = lambda *arrays: Dense().forward(arrays)
    mg.check.check_vjp(forward, lambda g, *a: Dense().backward(a, None, g), [x, w, b])
    with pytest.raises(ValueError, match="mismatch"):
        AsPrinted().backward([x, w, b], None, np.ones(2))
    with pytest.raises(mg.GradientError, match=r"the gradient for x (is wrong|would be right)"):
        mg.check.check_vjp(
            forward,
            lambda g, *a: AsPrinted().backward(a, None, g),
            [x, rng.normal(size=(3, 3)), rng.normal(size=3)],
            names=["x", "W", "b"],
        )


def test_patterns_add_distributes_max_routes_multiply_switches():
    x, y = leaf(3.0), leaf(7.0)
    upstream = mg.tensor(2.0)
    assert [g.item() for g in mg.grad(x + y, [x, y], upstream)] == [2, 2]
    assert [g.item() for g in mg.grad(np.maximum(x, y), [x, y], upstream)] == [0, 2]
    assert [g.item() for g in mg.grad(x * y, [x, y], upstream)] == [14, 6]


def test_sum_and_copy_undo_each_other():
    x = leaf([1.0, 2.0, 3.0])
    (g,) = mg.grad(x.sum(), x, mg.tensor(5.0))
    np.testing.assert_array_equal(g, [5, 5, 5])
    s = leaf(2.0)
    (g,) = mg.grad(np.broadcast_to(s, (3,)), s, mg.tensor([1.0, 2.0, 3.0]))
    assert g.item() == 6


def test_relu_has_derivative_zero_at_zero():
    x = leaf([-1.0, 0.0, 1.0])
    mg.relu(x).sum().backward()
    np.testing.assert_array_equal(x.grad, [0, 0, 1])


def test_sigmoid_layer_in_caffe_form():
    """bottom_diff = top_diff · σ (1 - σ)."""
    x = leaf([0.3, -2.0])
    y = mg.sigmoid(x)
    (g,) = mg.grad(y, x, mg.tensor([2.0, -1.0]))
    np.testing.assert_allclose(g, np.array([2, -1]) * y.data * (1 - y.data))


def test_a_loss_in_the_middle_of_a_network_honours_its_upstream_gradient():
    scores = leaf([[1.0, 2.0, 0.5]])
    (g,) = mg.grad(3 * mg.cross_entropy(scores, [1]) ** 2, scores)
    loss = mg.cross_entropy(scores, [1]).item()
    softmax = np.exp(scores.data) / np.exp(scores.data).sum()
    np.testing.assert_allclose(g, 6 * loss * (softmax - [[0, 1, 0]]))
