"""The lecture on initialisation: sizes per layer, the symmetry saddle, the gradient of the deep linear network."""

import numpy as np
import pytest

import minigrad as mg
from minigrad import nn
from minigrad.check import check_vjp


def sizes(init, act, depth=30, width=100):
    """Root mean square of activations and of their gradients, per layer."""
    rng = np.random.default_rng(0)
    h, layers = mg.tensor(rng.standard_normal((200, width))), []
    for _ in range(depth):
        h = act(h @ mg.Parameter(init((width, width), rng)))
        h.retain_grad()
        layers.append(h)
    h.backward(rng.standard_normal(h.shape))
    rms = lambda a: np.sqrt(np.mean(a.numpy() ** 2))
    return np.array([rms(h) for h in layers]), np.array([rms(h.grad) for h in layers])


@pytest.mark.parametrize("s", [0.8, 1.0, 1.25])
def test_linear_layers_change_sizes_by_their_scale_in_both_directions(s):
    forward, backward = sizes(lambda shape, rng: mg.init.normal(shape, rng, std=s / 10), lambda z: z)
    layer = np.arange(1, 31)
    np.testing.assert_allclose(np.log(forward), layer * np.log(s), atol=0.5)
    np.testing.assert_allclose(np.log(backward), (30 - layer) * np.log(s), atol=0.5)


def test_he_keeps_sizes_through_relu_and_xavier_loses_half_of_the_energy_per_layer():
    for init, factor in ((mg.init.he_normal, 1.0), (mg.init.xavier_normal, np.sqrt(0.5))):
        forward, backward = sizes(init, mg.relu)
        assert np.log(forward[-1]) == pytest.approx(30 * np.log(factor), abs=1.5)
        assert np.log(backward[0]) == pytest.approx(29 * np.log(factor), abs=1.5)


def test_tanh_bounds_activations_but_not_gradients():
    small, right, large = (
        sizes(lambda shape, rng, s=s: mg.init.normal(shape, rng, std=s / 10), np.tanh)
        for s in (0.5, 1.0, 4.0)
    )
    assert small[0][-1] < 1e-8
    assert small[1][0] < 1e-8
    assert right[0][-1] > 0.1
    assert 0.1 < right[1][0] < 10
    assert large[0].max() <= 1
    assert large[1][0] > 1e4


def test_units_that_start_alike_stay_alike():
    split = mg.data.digits(dtype=np.float64)
    losses = {}
    for name, init in (
        ("alike", lambda shape, rng: mg.init.constant(shape, 0.05)),
        ("random", mg.init.he_normal),
    ):
        rng = np.random.default_rng(0)
        net = nn.Sequential(nn.Linear(64, 32, rng, init=init), nn.Tanh(), nn.Linear(32, 10, rng, init=init))
        loader = mg.data.DataLoader(mg.data.ArrayDataset(split.x_train, split.y_train), 32, shuffle=True)
        optimizer = mg.optim.SGD(net.parameters(), 0.1, 0.9)
        losses[name] = mg.fit(net, loader, mg.cross_entropy, optimizer, 5, progress=False)["loss"][-1]
        W = net[0].weight.numpy()
        assert np.linalg.matrix_rank(W, tol=1e-9) == (1 if name == "alike" else 32)
    assert losses["alike"] > 5 * losses["random"]


def test_the_symmetric_stop_is_a_saddle():
    x = np.linspace(-2, 2, 41)
    target = np.tanh(3 * x) + np.tanh(0.3 * x)
    loss = lambda u: np.mean((np.tanh(u[0] * x) + np.tanh(u[1] * x) - target) ** 2)
    slope, ends = mg.func.grad(loss), []
    for u in (np.array([2.5, 2.5]), np.array([2.5, 2.45])):
        for _ in range(600):
            u = u - slope(u)
        ends.append(u)
    stuck, free = ends
    assert stuck[0] == stuck[1]
    assert np.linalg.norm(slope(stuck)) < 1e-10
    low, high = np.linalg.eigvalsh(mg.func.hessian(loss)(stuck))
    assert (low, high) == (pytest.approx(-0.19, abs=0.02), pytest.approx(0.68, abs=0.02))
    np.testing.assert_allclose(free, [3, 0.3], atol=0.05)


def test_a_gradient_check_finds_what_is_wrong_in_the_printed_gradient_of_the_linear_network():
    def check(x, sign):
        error = lambda w1, w2, w3: w3 * w2 * w1 * x - 2.0
        printed = lambda g, a, b, c: [sign * g * error(a, b, c) * rest for rest in (c * b, c * a, b * a)]
        check_vjp(lambda *w: 0.5 * error(*w) ** 2, printed, [0.8, -1.5, 0.6], names=["W1", "W2", "W3"])

    with pytest.raises(mg.GradientError, match="the gradient for W1 has the wrong sign"):
        check(x=1.0, sign=-1)
    check(x=1.0, sign=1)
    with pytest.raises(mg.GradientError, match="the gradient for W1"):  # x is missing, too
        check(x=3.0, sign=1)


def test_the_order_of_the_factors_in_the_gradient_of_the_linear_network():
    rng = np.random.default_rng(0)
    *W, x, y = (rng.standard_normal(shape) for shape in ((3, 3), (3, 3), 3, 3))
    error = lambda V, U: U @ V @ x - y
    derived = lambda g, V, U: [g * np.outer(U.T @ error(V, U), x), g * np.outer(error(V, U), V @ x)]
    printed = lambda g, V, U: [g * np.outer(U.T @ error(V, U), x), g * np.outer(V.T @ error(V, U), x)]
    check_vjp(lambda V, U: 0.5 * error(V, U) @ error(V, U), derived, W)
    with pytest.raises(mg.GradientError, match="the gradient for U is"):
        check_vjp(lambda V, U: 0.5 * error(V, U) @ error(V, U), printed, W, names=["V", "U"])
