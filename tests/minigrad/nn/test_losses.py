"""Losses as modules: the functions of the same name, with the options fixed when they are made."""

import numpy as np
import pytest

import minigrad as mg
from minigrad import nn
from minigrad.nn import functional as F

X = np.random.default_rng(0).normal(size=(4, 3))
T = np.random.default_rng(1).normal(size=(4, 3))
P, Q = 1 / (1 + np.exp(-X)), 1 / (1 + np.exp(-T))
CLASSES = np.array([0, 2, 1, 2])

CASES = [
    (nn.CrossEntropyLoss(), X, CLASSES, F.cross_entropy(X, CLASSES)),
    (nn.CrossEntropyLoss("sum", 2, 0.1), X, CLASSES, F.cross_entropy(X, CLASSES, "sum", 2, 0.1)),
    (nn.NLLLoss("none", ignore_index=0), X, CLASSES, F.nll_loss(X, CLASSES, "none", 0)),
    (nn.MSELoss(), X, T, np.mean((X - T) ** 2)),
    (nn.MSELoss("sum"), X, T, np.sum((X - T) ** 2)),
    (nn.L1Loss("none"), X, T, np.abs(X - T)),
    (nn.HuberLoss(delta=0.5), X, T, F.huber_loss(X, T, delta=0.5)),
    (nn.SmoothL1Loss("sum", beta=0.5), X, T, F.huber_loss(X, T, "sum", delta=0.5) / 0.5),
    (nn.BCELoss(), P, Q, -np.mean(Q * np.log(P) + (1 - Q) * np.log(1 - P))),
    (nn.BCEWithLogitsLoss("sum"), X, Q, -np.sum(Q * np.log(P) + (1 - Q) * np.log(1 - P))),
    (nn.HingeLoss(margin=0.5), X, np.sign(T), np.mean(np.maximum(0, 0.5 - np.sign(T) * X))),
    (nn.KLDivLoss("batchmean"), np.log(P), Q, np.sum(Q * np.log(Q / P)) / 4),
]  # fmt: skip


@pytest.mark.parametrize(
    ("loss", "x", "target", "expected"), CASES, ids=lambda v: str(v) if hasattr(v, "forward") else ""
)
def test_values_and_that_a_gradient_flows(loss, x, target, expected):
    scores = mg.tensor(x, requires_grad=True)
    value = loss(scores, target)
    np.testing.assert_allclose(value.data, expected, rtol=1e-12)
    value.sum().backward()
    assert scores.grad.shape == x.shape
    assert np.any(scores.grad.data)


def test_options_are_checked_when_the_loss_is_made():
    with pytest.raises(ValueError, match="reduction='avg' is not known; it is one of 'mean', 'sum', 'none'"):
        nn.MSELoss("avg")
    with pytest.raises(ValueError, match="'none', 'batchmean'"):
        nn.KLDivLoss("avg")
    with pytest.raises(ValueError, match="reduction='batchmean' is not known"):
        nn.CrossEntropyLoss("batchmean")
    with pytest.raises(ValueError, match="label_smoothing=2 is a share, between 0 and 1"):
        nn.CrossEntropyLoss(label_smoothing=2)
    with pytest.raises(ValueError, match="delta=0 must be positive"):
        nn.HuberLoss(delta=0)
    with pytest.raises(ValueError, match="beta=-1 must not be negative"):
        nn.SmoothL1Loss(beta=-1)


def test_a_wrong_target_says_which_loss_it_was():
    with pytest.raises(ValueError, match="the target has shape") as caught:
        nn.MSELoss()(mg.tensor(X), T[:, :1])
    assert caught.value.__notes__ == ["In the module MSELoss, MSELoss(), called with shape (4, 3), (4, 1)."]


def test_repr():
    assert repr(nn.MSELoss()) == "MSELoss()"
    assert repr(nn.CrossEntropyLoss("sum", label_smoothing=0.1)) == (
        "CrossEntropyLoss(reduction='sum', label_smoothing=0.1)"
    )
    assert repr(nn.HuberLoss(delta=2.0)) == "HuberLoss(delta=2.0)"
