"""Layers against PyTorch's layers of the same name, with the same numbers in them: results and all gradients."""

import numpy as np
import pytest

import minigrad as mg
from minigrad import nn

torch = pytest.importorskip("torch", reason="PyTorch is not installed: python -m pip install torch==2.13.0")
tnn = torch.nn


def rng(seed=0):
    return np.random.default_rng(seed)


def draw(*shape, seed=0):
    return np.random.default_rng([seed, *shape]).uniform(-2, 2, shape)


def linear(theirs, of):
    """PyTorch keeps the transpose of our matrix."""
    return {"weight": of(theirs.weight).T, "bias": of(theirs.bias)}


def rnn(theirs, of):
    """PyTorch keeps transposes, and has a second bias."""
    matrices = {"cell.weight_x": of(theirs.weight_ih_l0).T, "cell.weight_h": of(theirs.weight_hh_l0).T}
    return matrices | {"cell.bias": of(theirs.bias_ih_l0)}


def same_names(theirs, of):
    return {name: of(p) for name, p in theirs.named_parameters()}


# Ours, PyTorch's, the shape of the input, and which of PyTorch's parameters each of ours is.
LAYERS = [
    (nn.Linear(3, 4, rng()), tnn.Linear(3, 4), (5, 3), linear),
    (nn.Conv1d(2, 4, 3, rng(), stride=2, padding=1, groups=2), tnn.Conv1d(2, 4, 3, 2, 1, groups=2), (3, 2, 8),
     same_names),
    (nn.Conv2d(3, 4, (2, 3), rng(), padding=1, dilation=2), tnn.Conv2d(3, 4, (2, 3), padding=1, dilation=2),
     (2, 3, 6, 7), same_names),
    (nn.Conv3d(2, 3, 2, rng(), bias=False), tnn.Conv3d(2, 3, 2, bias=False), (1, 2, 3, 4, 3), same_names),
    (nn.ConvTranspose1d(4, 2, 3, rng(), stride=2, output_padding=1, groups=2),
     tnn.ConvTranspose1d(4, 2, 3, 2, output_padding=1, groups=2), (2, 4, 5), same_names),
    (nn.ConvTranspose2d(3, 2, 3, rng(), padding=1), tnn.ConvTranspose2d(3, 2, 3, padding=1), (2, 3, 4, 4), same_names),
    (nn.ConvTranspose3d(2, 1, 2, rng(), stride=2), tnn.ConvTranspose3d(2, 1, 2, 2), (1, 2, 2, 3, 2), same_names),
    (nn.BatchNorm1d(3), tnn.BatchNorm1d(3), (6, 3), same_names),
    (nn.BatchNorm2d(3, eps=1e-3, momentum=0.3), tnn.BatchNorm2d(3, 1e-3, 0.3), (2, 3, 4, 4), same_names),
    (nn.BatchNorm3d(2, affine=False), tnn.BatchNorm3d(2, affine=False), (2, 2, 2, 2, 2), same_names),
    (nn.LayerNorm((3, 4)), tnn.LayerNorm((3, 4)), (2, 3, 4), same_names),
    (nn.RNN(3, 4, rng()), tnn.RNN(3, 4), (5, 2, 3), rnn),
    (nn.RNN(3, 4, rng(), "relu", batch_first=True), tnn.RNN(3, 4, nonlinearity="relu", batch_first=True),
     (2, 5, 3), rnn),
    (nn.MaxPool2d(3, 2, 1), tnn.MaxPool2d(3, 2, 1), (2, 2, 7, 7), same_names),
    (nn.AvgPool2d(2, ceil_mode=True), tnn.AvgPool2d(2, ceil_mode=True), (1, 2, 5, 5), same_names),
    (nn.Flatten(), tnn.Flatten(), (2, 3, 4), same_names),
    (nn.GELU(), tnn.GELU(), (3, 4), same_names),
    (nn.Softmax(), tnn.Softmax(-1), (3, 4), same_names),
]  # fmt: skip


def run(layer, x, as_leaf):
    """The result weighted by random numbers, and gradients of that."""
    out = layer(x)
    out = out[0] if isinstance(out, tuple) else out
    (out * as_leaf(draw(*out.shape, seed=9))).sum().backward()
    return out


@pytest.mark.parametrize(("ours", "theirs", "shape", "names"), LAYERS, ids=lambda v: type(v).__name__)
def test_layer(ours, theirs, shape, names):
    theirs = theirs.double()
    for p in theirs.parameters():
        torch.nn.init.uniform_(p, -1, 1)
    if isinstance(theirs, tnn.RNN):
        torch.nn.init.zeros_(theirs.bias_hh_l0)  # PyTorch adds two biases, for the sake of a library
    ours.load_state_dict(names(theirs, lambda p: p.detach().numpy()), strict=False)
    x, y = mg.tensor(draw(*shape), requires_grad=True), torch.tensor(draw(*shape), requires_grad=True)
    for _ in range(2):  # the second time with other running numbers
        a, b = run(ours, x, lambda a: a), run(theirs, y, torch.tensor)
    np.testing.assert_allclose(a.data, b.detach().numpy(), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(x.grad.data, y.grad.numpy(), rtol=1e-10, atol=1e-12)
    gradients = names(theirs, lambda p: p.grad.numpy())
    for name, p in ours.named_parameters():
        np.testing.assert_allclose(p.grad.data, gradients[name], rtol=1e-10, atol=1e-12, err_msg=name)
    peers = dict(theirs.named_buffers())
    for name, buffer in ours.named_buffers():
        np.testing.assert_allclose(buffer.data, peers[name].numpy(), rtol=1e-12)
    a, b = ours.eval()(x), theirs.eval()(y)
    a, b = (a[1], b[1][0]) if isinstance(a, tuple) else (a, b)
    np.testing.assert_allclose(a.data, b.detach().numpy(), rtol=1e-10, atol=1e-12)


LOSSES = [
    (nn.CrossEntropyLoss(label_smoothing=0.1), tnn.CrossEntropyLoss(label_smoothing=0.1), "classes"),
    (nn.CrossEntropyLoss("sum", ignore_index=1), tnn.CrossEntropyLoss(reduction="sum", ignore_index=1), "classes"),
    (nn.NLLLoss(), tnn.NLLLoss(), "classes"),
    (nn.MSELoss(), tnn.MSELoss(), "numbers"),
    (nn.L1Loss("sum"), tnn.L1Loss(reduction="sum"), "numbers"),
    (nn.HuberLoss(delta=0.5), tnn.HuberLoss(delta=0.5), "numbers"),
    (nn.SmoothL1Loss(beta=0.5), tnn.SmoothL1Loss(beta=0.5), "numbers"),
    (nn.BCEWithLogitsLoss(), tnn.BCEWithLogitsLoss(), "chances"),
    (nn.KLDivLoss("batchmean"), tnn.KLDivLoss(reduction="batchmean"), "chances"),
]  # fmt: skip


@pytest.mark.parametrize(("ours", "theirs", "target"), LOSSES, ids=lambda v: type(v).__name__)
def test_loss(ours, theirs, target):
    targets = {
        "classes": np.array([0, 2, 1, 1]),
        "numbers": draw(4, 3, seed=1),
        "chances": draw(4, 3, seed=2) / 4 + 0.5,
    }
    x, y = mg.tensor(draw(4, 3), requires_grad=True), torch.tensor(draw(4, 3), requires_grad=True)
    a, b = ours(x, targets[target]), theirs(y, torch.tensor(targets[target]))
    a.backward()
    b.backward()
    assert a.item() == pytest.approx(b.item(), rel=1e-12)
    np.testing.assert_allclose(x.grad.data, y.grad.numpy(), rtol=1e-12, atol=1e-15)


def test_embedding():
    ours, theirs = nn.Embedding(5, 3, rng()), tnn.Embedding(5, 3).double()
    ours.load_state_dict({"weight": theirs.weight.detach().numpy()})
    (ours([[0, 4], [4, 4]]) ** 2).sum().backward()
    (theirs(torch.tensor([[0, 4], [4, 4]])) ** 2).sum().backward()
    np.testing.assert_allclose(ours.weight.grad.data, theirs.weight.grad.numpy())
