"""The functions of neural networks under the names that PyTorch gave them: `from minigrad.nn import functional as F`.

With this module, one can
- convolve and pool:    conv2d(x, weight, bias), max_pool2d(x, 2)
- activate:             relu(x), gelu(x), softmax(x)
- normalize:            layer_norm(x, n), batch_norm(x, mean, variance, training=True)
- measure errors:       cross_entropy(scores, classes), mse_loss(x, target, reduction="sum")

They are functions of arrays and Tensors, in one node of the graph each. Those that hold parameters are layers,
in `minigrad.nn`. Where PyTorch says `dim`, minigrad says `axis`, as NumPy does.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.operators import plain
from minigrad.record import Traced
from minigrad.rules import neural, normalization
from minigrad.rules.classification import cross_entropy, nll_loss
from minigrad.rules.convolution import (
    conv1d,
    conv2d,
    conv3d,
    conv_transpose1d,
    conv_transpose2d,
    conv_transpose3d,
)
from minigrad.rules.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    hinge_loss,
    huber_loss,
    kl_div,
    l1_loss,
    mse_loss,
    smooth_l1_loss,
)
from minigrad.rules.neural import (
    elu,
    embedding,
    gelu,
    leaky_relu,
    log_softmax,
    normal_cdf,
    relu,
    sigmoid,
    silu,
    softmax,
    softplus,
)
from minigrad.rules.normalization import layer_norm
from minigrad.rules.pooling import avg_pool1d, avg_pool2d, avg_pool3d, max_pool1d, max_pool2d, max_pool3d
from minigrad.rules.reduction import logsumexp

tanh = np.tanh


def dropout(x: Any, p: float = 0.5, training: bool = True, rng: np.random.Generator | None = None) -> Any:
    """Each entry is dropped (set to 0) with probability p; the others are divided by 1 - p, so the mean stays.

    The mask is drawn once and is a constant of the node: replaying the graph gives the same values, and the
    backward pass drops the same entries.

    Args:
        x: of any shape.
        p: the probability to *drop* an entry. (In some texts p is the probability to keep it.)
        training: if False, x is returned as it is.
        rng: draws the mask: np.random.default_rng(seed).

    Raises:
        ValueError: p is not between 0 and 1.
        TypeError: there is something to draw, and no rng.

    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting" (2014).

    Example:
        >>> import numpy as np, minigrad as mg
        >>> mg.nn.functional.dropout(mg.tensor(np.ones(4)), 0.5, rng=np.random.default_rng(1))
        tensor([2., 2., 0., 2.])
    """
    if not 0 <= p <= 1:
        raise ValueError(f"p={p} is the probability to drop an entry, between 0 and 1.")
    if not training or p == 0:
        return x
    if rng is None:
        raise TypeError("dropout draws its mask from a generator: give rng=np.random.default_rng(seed).")
    keep = np.asarray(rng.random(np.shape(x)) >= p, like=plain(x))  # on its way to a GPU, one byte an entry
    return neural.dropout(x, keep.astype(x.dtype) / (1 - p if p < 1 else 1))


def batch_norm(
    x: Any,
    running_mean: Any,
    running_var: Any,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Any:
    """Each channel with mean 0 and variance 1, then times weight, plus bias.

    In training, mean and variance are those of the batch (all axes but the second), the gradient flows through
    them, and the running ones move towards them, outside of the graph:
        running = (1 - momentum) · running + momentum · batch
    Otherwise the running ones are used, as constants.

    Args:
        x: (N, C) or (N, C, …).
        running_mean, running_var: (C), arrays or Tensors, changed in place in training; None to keep none.
        weight, bias: (C), or None.
        training: which mean and variance to use.
        momentum: how fast the running ones move.
        eps: added to the variance.

    Raises:
        ValueError: fewer than two axes, one value per channel in training (it would always become 0), numbers
            that are not one per channel, or no running mean and variance although training is False.

    Source: Ioffe & Szegedy, "Batch normalization" (2015). The running variance divides by n - 1, as PyTorch's.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> mean, var = np.zeros(1), np.ones(1)
        >>> x = mg.tensor([[1.0], [3.0]])
        >>> mg.nn.functional.batch_norm(x, mean, var, training=True, momentum=0.5).numpy().round(3)
        array([[-1.],
               [ 1.]])
        >>> mean, var
        (array([1.]), array([1.5]))
    """
    if len(x.shape) < 2:
        raise ValueError(f"batch_norm needs the axes (N, C) or (N, C, …); x has shape {x.shape}.")
    for name, value in (
        ("weight", weight), ("bias", bias), ("running_mean", running_mean), ("running_var", running_var)
    ):  # fmt: skip
        if value is not None and np.shape(value) != (x.shape[1],):
            raise ValueError(
                f"{name} has shape {np.shape(value)}; one number per channel is {(x.shape[1],)}."
            )
    if not training:
        if running_mean is None or running_var is None:
            raise ValueError("batch_norm outside of training needs running_mean and running_var.")
        return normalization.batch_norm(x, weight, bias, plain(running_mean), plain(running_var), eps)
    values = plain(x)
    n = values.size // max(1, values.shape[1])
    if n < 2:
        raise ValueError(
            f"batch_norm in training needs more than one value per channel; x has shape {x.shape}. One value "
            f"minus its own mean is always 0."
        )
    axes = normalization.batch_axes(values)
    move(running_mean, values.mean(axes), momentum)
    move(running_var, values.var(axes, ddof=1), momentum)
    return normalization.batch_norm(x, weight, bias, eps=eps)


def move(running: Any, batch: Any, momentum: float) -> None:
    """running = (1 - momentum) · running + momentum · batch, in place."""
    if running is None:
        return
    moved = (1 - momentum) * plain(running) + momentum * batch
    if isinstance(running, Traced):
        running.data = moved  # type: ignore[attr-defined]
    else:
        running[...] = moved


__all__ = [
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "batch_norm",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "cross_entropy",
    "dropout",
    "elu",
    "embedding",
    "gelu",
    "hinge_loss",
    "huber_loss",
    "kl_div",
    "l1_loss",
    "layer_norm",
    "leaky_relu",
    "log_softmax",
    "logsumexp",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "mse_loss",
    "nll_loss",
    "normal_cdf",
    "relu",
    "sigmoid",
    "silu",
    "smooth_l1_loss",
    "softmax",
    "softplus",
    "tanh",
]
