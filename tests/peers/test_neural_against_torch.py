"""The functions of neural networks against PyTorch: values and gradients of orders 1 and 2, to 1e-10 in float64.

One line per case. The same random numbers go through both; the results are weighted with random numbers, so
that no gradient can hide behind an upstream of ones; the second order is the gradient of the weighted gradient.
"""

import numpy as np
import pytest

import minigrad as mg
from minigrad.nn import functional as F

torch = pytest.importorskip("torch", reason="PyTorch is not installed: python -m pip install torch==2.13.0")
P = torch.nn.functional
pytestmark = [
    pytest.mark.filterwarnings("ignore:Using padding='same'"),  # what PyTorch tells its own users
    pytest.mark.filterwarnings("ignore:reduction. 'mean' divides"),
]


def draw(*shape, seed=0, low=-2.0, high=2.0):
    return np.random.default_rng([seed, *shape]).uniform(low, high, shape)


def chances(*shape, axis=-1):
    e = np.exp(draw(*shape, seed=5))
    return e / e.sum(axis, keepdims=True)


def orders(value, gradient, inputs, weights):
    """The value, its weighted gradients, and the gradients of those, weighted again."""
    first = gradient((value * weights[0]).sum(), inputs)
    used = [g for g in first if g is not None]
    second = gradient(sum((g * w).sum() for g, w in zip(used, weights[1:], strict=False)), inputs)
    return value, *first, *second


def ours(fn, arrays, weights):
    inputs = [mg.tensor(a, requires_grad=True) for a in arrays]

    def gradient(y, wanted):
        if not y.requires_grad:
            return [None] * len(wanted)
        return mg.grad(y, wanted, create_graph=True, allow_unused=True)

    return [None if r is None else r.numpy() for r in orders(fn(*inputs), gradient, inputs, weights)]


def theirs(fn, arrays, weights):
    inputs = [torch.tensor(a, requires_grad=True) for a in arrays]
    weights = [torch.tensor(w) for w in weights]

    def gradient(y, wanted):
        if not y.requires_grad:
            return [None] * len(wanted)
        return torch.autograd.grad(y, wanted, create_graph=True, allow_unused=True)

    return [
        None if r is None else r.numpy(force=True) for r in orders(fn(*inputs), gradient, inputs, weights)
    ]


def compare(mine, peer, *arrays):
    out = mine(*(mg.tensor(a) for a in arrays))
    shapes = [out.shape, *(a.shape for a in arrays)]
    weights = [np.asarray(draw(*shape, seed=9 + k)) for k, shape in enumerate(shapes)]
    for a, b in zip(ours(mine, arrays, weights), theirs(peer, arrays, weights), strict=True):
        a, b = (np.zeros(()) if r is None else r for r in (a, b))
        np.testing.assert_allclose(*np.broadcast_arrays(a, b), rtol=1e-10, atol=1e-10)


# Shapes of signal and kernels (conv), and options -----------------------------------------------------------

CONVOLUTIONS = [
    (1, (2, 3, 9), (4, 3, 3), {}),
    (1, (3, 9), (4, 3, 2), {"padding": "same"}),
    (1, (2, 4, 11), (6, 2, 3), {"stride": 2, "padding": 2, "dilation": 2, "groups": 2}),
    (1, (2, 3, 8), (5, 3, 4), {"padding": "same", "dilation": 2}),
    (2, (2, 3, 7, 6), (4, 3, 3, 2), {}),
    (2, (3, 7, 6), (4, 3, 3, 2), {"padding": "valid", "stride": (2, 1)}),
    (2, (2, 3, 7, 6), (4, 3, 3, 4), {"padding": "same"}),
    (2, (2, 4, 8, 7), (8, 1, 3, 3), {"groups": 4, "padding": (1, 2), "stride": (2, 3)}),
    (2, (1, 2, 9, 9), (3, 2, 3, 2), {"dilation": (2, 3), "padding": 1}),
    (2, (2, 3, 1, 1), (4, 3, 1, 1), {}),
    (3, (2, 2, 4, 5, 3), (3, 2, 2, 3, 1), {"padding": (1, 0, 1), "stride": (1, 2, 1)}),
    (3, (2, 4, 5, 4), (4, 1, 2, 2, 2), {"groups": 2, "dilation": (1, 2, 1)}),
]


@pytest.mark.parametrize(("n", "x", "w", "options"), CONVOLUTIONS, ids=str)
def test_convolution(n, x, w, options):
    mine, peer = getattr(F, f"conv{n}d"), getattr(P, f"conv{n}d")
    compare(lambda *a: mine(*a, **options), lambda *a: peer(*a, **options), draw(*x), draw(*w), draw(w[0]))
    compare(lambda *a: mine(*a, **options), lambda *a: peer(*a, **options), draw(*x), draw(*w))


TRANSPOSED = [
    (1, (2, 3, 5), (3, 4, 3), {}),
    (1, (4, 5), (4, 3, 2), {"stride": 3, "padding": 1, "output_padding": 2, "groups": 2}),
    (1, (2, 3, 5), (3, 4, 3), {"stride": 1, "dilation": 3, "output_padding": 2}),
    (2, (2, 3, 4, 5), (3, 4, 3, 2), {"stride": 2, "padding": 1, "output_padding": 1}),
    (2, (3, 4, 5), (3, 4, 3, 2), {"dilation": (2, 1), "padding": (2, 0), "stride": (1, 3)}),
    (2, (2, 4, 3, 3), (4, 2, 2, 2), {"groups": 4}),
    (3, (1, 2, 3, 2, 3), (2, 3, 2, 2, 2), {"stride": (1, 2, 2), "output_padding": (0, 1, 0)}),
]


@pytest.mark.parametrize(("n", "x", "w", "options"), TRANSPOSED, ids=str)
def test_transposed_convolution(n, x, w, options):
    mine, peer = getattr(F, f"conv_transpose{n}d"), getattr(P, f"conv_transpose{n}d")
    bias = draw(w[1] * options.get("groups", 1))
    compare(lambda *a: mine(*a, **options), lambda *a: peer(*a, **options), draw(*x), draw(*w), bias)


POOLINGS = [
    (1, (2, 3, 9), {"kernel_size": 3}),
    (1, (3, 9), {"kernel_size": 3, "stride": 2, "padding": 1}),
    (2, (2, 3, 7, 6), {"kernel_size": 2}),
    (2, (3, 7, 6), {"kernel_size": (3, 2), "stride": (1, 2), "padding": 1}),
    (2, (2, 3, 8, 6), {"kernel_size": 3, "stride": 2, "ceil_mode": True}),
    (2, (1, 1, 7, 10), {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True}),
    (2, (1, 1, 5, 4), {"kernel_size": 2, "stride": 3, "ceil_mode": True}),
    (3, (2, 2, 5, 4, 6), {"kernel_size": (2, 2, 3), "stride": (1, 2, 2), "padding": (1, 0, 1)}),
]


@pytest.mark.parametrize(("n", "x", "options"), POOLINGS, ids=str)
def test_pooling(n, x, options):
    most, peer = getattr(F, f"max_pool{n}d"), getattr(P, f"max_pool{n}d")
    compare(lambda x: most(x, **options), lambda x: peer(x, **options), draw(*x))
    mean, peer = getattr(F, f"avg_pool{n}d"), getattr(P, f"avg_pool{n}d")
    compare(lambda x: mean(x, **options), lambda x: peer(x, **options), draw(*x))
    compare(
        lambda x: mean(x, **options, count_include_pad=False),
        lambda x: peer(x, **options, count_include_pad=False),
        draw(*x),
    )


@pytest.mark.parametrize("n", [1, 2, 3])
def test_max_pooling_of_ties_and_with_dilation(n):
    x = np.round(draw(2, *(7,) * n)[None])  # few different numbers: most windows have several largest entries
    compare(
        lambda x: getattr(F, f"max_pool{n}d")(x, 3, 2, 1, 2),
        lambda x: getattr(P, f"max_pool{n}d")(x, 3, 2, 1, 2),
        x,
    )


X = np.concatenate([draw(3, 4), draw(3, 4, low=-15, high=15)])
ACTIVATIONS = {
    "relu": (F.relu, P.relu),
    "leaky_relu": (lambda x: F.leaky_relu(x, 0.2), lambda x: P.leaky_relu(x, 0.2)),
    "elu": (lambda x: F.elu(x, 1.7), lambda x: P.elu(x, 1.7)),
    "gelu": (F.gelu, P.gelu),
    "gelu tanh": (lambda x: F.gelu(x, approximate="tanh"), lambda x: P.gelu(x, approximate="tanh")),
    "normal_cdf": (F.normal_cdf, torch.special.ndtr),
    "silu": (F.silu, P.silu),
    "softplus": (F.softplus, P.softplus),
    "sigmoid": (F.sigmoid, torch.sigmoid),
    "tanh": (F.tanh, torch.tanh),
    "softmax": (F.softmax, lambda x: P.softmax(x, -1)),
    "softmax 0": (lambda x: F.softmax(x, 0), lambda x: P.softmax(x, 0)),
    "log_softmax": (F.log_softmax, lambda x: P.log_softmax(x, -1)),
}  # fmt: skip


@pytest.mark.parametrize("pair", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_activation(pair):
    compare(*pair, X)


def test_embedding():
    index = np.array([[0, 4, 0], [2, 2, 2]])
    compare(lambda w: F.embedding(index, w), lambda w: P.embedding(torch.tensor(index), w), draw(5, 3))


BETWEEN_NUMBERS = {
    "mse_loss": ("mse_loss", draw(3, 4), draw(3, 4, seed=1), {}),
    "l1_loss": ("l1_loss", draw(3, 4), draw(3, 4, seed=1), {}),
    "huber_loss": ("huber_loss", draw(3, 4), draw(3, 4, seed=1), {"delta": 0.7}),
    "smooth_l1_loss": ("smooth_l1_loss", draw(3, 4), draw(3, 4, seed=1), {"beta": 0.7}),
    "smooth_l1_loss 0": ("smooth_l1_loss", draw(3, 4), draw(3, 4, seed=1), {"beta": 0.0}),
    # PyTorch's second derivative adds 1e-12 to x (1 - x), which shows when x is near 0 or 1
    "bce": ("binary_cross_entropy", draw(3, 4, low=0.2, high=0.8), chances(4, 3).T.copy(), {}),
    "bce logits": ("binary_cross_entropy_with_logits", X, chances(6, 4), {}),
    "kl_div": ("kl_div", np.log(chances(3, 4)), chances(4, 3).T.copy(), {}),
}


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize(("name", "x", "target", "options"), BETWEEN_NUMBERS.values(), ids=BETWEEN_NUMBERS)
def test_losses_between_numbers(name, x, target, options, reduction):
    mine, peer = getattr(F, name), getattr(P, name)
    options = {**options, "reduction": reduction}
    compare(lambda *a: mine(*a, **options), lambda *a: peer(*a, **options), x, target)


def test_kl_div_batchmean():
    compare(
        lambda *a: F.kl_div(*a, reduction="batchmean"),
        lambda *a: P.kl_div(*a, reduction="batchmean"),
        np.log(chances(3, 4)),
        chances(3, 4),
    )


def test_binary_cross_entropy_at_0_and_1():
    p, t = np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.0, 1.0, 0.0, 1.0])
    x = mg.tensor(p, requires_grad=True)
    y = torch.tensor(p, requires_grad=True)
    mine, peer = (
        F.binary_cross_entropy(x, t, "none"),
        P.binary_cross_entropy(y, torch.tensor(t), reduction="none"),
    )
    np.testing.assert_allclose(mine.numpy(), peer.detach().numpy())
    mine.sum().backward()
    peer.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), y.grad.numpy())


CLASSES = {
    "cross_entropy": ("cross_entropy", (5, 4), {}),
    "cross_entropy of one": ("cross_entropy", (4,), {}),
    "cross_entropy of pixels": ("cross_entropy", (5, 4, 2, 3), {}),
    "cross_entropy smoothed": ("cross_entropy", (5, 4), {"label_smoothing": 0.3}),
    "cross_entropy ignoring": ("cross_entropy", (5, 4), {"ignore_index": 2}),
    "cross_entropy both": ("cross_entropy", (5, 4, 3), {"ignore_index": -100, "label_smoothing": 0.1}),
    "nll_loss": ("nll_loss", (5, 4), {}),
    "nll_loss of pixels": ("nll_loss", (5, 4, 2, 3), {"ignore_index": 1}),
}


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize(("name", "shape", "options"), CLASSES.values(), ids=CLASSES)
def test_losses_of_classes(name, shape, options, reduction):
    rng = np.random.default_rng(4)
    target = rng.integers(0, shape[min(1, len(shape) - 1)], shape[:1][: len(shape) - 1] + shape[2:])
    if options.get("ignore_index") == -100:
        target[rng.random(target.shape) < 0.4] = -100
    options = {**options, "reduction": reduction}
    mine, peer = getattr(F, name), getattr(P, name)
    compare(
        lambda x: mine(x, target, **options), lambda x: peer(x, torch.tensor(target), **options), draw(*shape)
    )


@pytest.mark.parametrize("sizes", [(4,), (3, 4)], ids=str)
def test_layer_norm(sizes):
    arrays = draw(5, 3, 4), draw(*sizes, seed=1), draw(*sizes, seed=2)
    compare(
        lambda x, w, b: F.layer_norm(x, sizes, w, b), lambda x, w, b: P.layer_norm(x, sizes, w, b), *arrays
    )
    compare(lambda x: F.layer_norm(x, sizes), lambda x: P.layer_norm(x, sizes), arrays[0])


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("shape", [(5, 3), (4, 3, 2), (2, 3, 2, 4)], ids=str)
def test_batch_norm(shape, training):
    mean, var = draw(3, seed=3), draw(3, seed=4, low=0.5)
    x, w, b = draw(*shape), draw(3, seed=1), draw(3, seed=2)
    compare(
        lambda x, w, b: F.batch_norm(x, mean.copy(), var.copy(), w, b, training),
        lambda x, w, b: P.batch_norm(x, torch.tensor(mean), torch.tensor(var), w, b, training),
        x, w, b,
    )  # fmt: skip
    kept, moved = (mean.copy(), var.copy()), (torch.tensor(mean), torch.tensor(var))
    F.batch_norm(mg.tensor(x), *kept, training=training, momentum=0.3)
    P.batch_norm(torch.tensor(x), *moved, training=training, momentum=0.3)
    np.testing.assert_allclose(kept, [m.numpy() for m in moved], rtol=1e-12)
