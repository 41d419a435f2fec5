"""Layers that behave differently in training: dropout, and normalization by the numbers of a batch."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.nn import functional as F
from minigrad.nn.checks import generator, options, whole
from minigrad.nn.holding import Buffer
from minigrad.nn.module import Module
from minigrad.tensor import Parameter


class Dropout(Module):
    """In training each entry becomes 0 with probability p, and the others are divided by 1 - p; else x itself.

    Args:
        p: the probability to *drop* an entry. (In some texts p is the probability to keep it.)
        rng: draws the masks, a new one for each call.

    Raises:
        ValueError: p is not between 0 and 1.
        TypeError: no generator to draw from.

    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting" (2014).

    Example:
        >>> import numpy as np, minigrad as mg
        >>> layer = mg.nn.Dropout(0.5, np.random.default_rng(1))
        >>> layer(mg.tensor(np.ones(4))), layer.eval()(mg.tensor(np.ones(4)))
        (tensor([2., 2., 0., 2.]), tensor([1., 1., 1., 1.]))
    """

    def __init__(self, p: float = 0.5, rng: np.random.Generator | None = None) -> None:
        if not 0 <= p <= 1:
            raise ValueError(f"p={p} is the probability to drop an entry, between 0 and 1.")
        self.p, self.rng = p, generator(self, rng, "masks")

    def forward(self, x: Any) -> Any:
        return F.dropout(x, self.p, self.training, self.rng)

    def extra_repr(self) -> str:
        return f"p={self.p}"


class _BatchNorm(Module):
    """Batch normalization of inputs of certain shapes."""

    shapes: tuple[str, ...]

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = True,
        dtype: Any = np.float64,
        name: str = "",
    ) -> None:
        whole(self, num_features=num_features)
        if not eps >= 0 or not 0 <= momentum <= 1:
            raise ValueError(
                f"eps must not be negative, momentum between 0 and 1; they are {eps} and {momentum}."
            )
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = Parameter(np.ones(num_features), f"γ{name}", dtype) if affine else None
        self.bias = Parameter(np.zeros(num_features), f"β{name}", dtype) if affine else None
        self.running_mean = Buffer(np.zeros(num_features), "running_mean", dtype)
        self.running_var = Buffer(np.ones(num_features), "running_var", dtype)

    def forward(self, x: Any) -> Any:
        fits = any(len(x.shape) == shape.count(",") + 1 for shape in self.shapes)
        if not fits or x.shape[1] != self.num_features:
            raise ValueError(
                f"{self._title()} takes x of shape {' or '.join(self.shapes)} with C={self.num_features}; this x "
                f"has shape {x.shape}."
            )
        return F.batch_norm(
            x,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training,
            self.momentum,
            self.eps,
        )

    def extra_repr(self) -> str:
        return f"{self.num_features}" + options(
            eps=(self.eps, 1e-5), momentum=(self.momentum, 0.1), affine=(self.weight is not None, True)
        )


class BatchNorm1d(_BatchNorm):
    """Each feature with mean 0 and variance 1 over the batch, then times weight (γ), plus bias (β).

    In training, mean and variance are those of the batch, and running means follow them; in eval mode, the
    running ones are used. The gradient flows through the batch's mean and variance.

    Args:
        num_features: C.
        eps: added to the variance.
        momentum: how fast the running ones move.
        affine: False for no weight and bias.
        dtype, name: as for `Linear`.

    Shapes: x (N, C) or (N, C, L); weight, bias, running_mean, running_var (C,).

    Raises:
        ValueError: sizes or numbers out of their range; (when called) an x of another shape, or in training
            with one value per feature.

    Source: Ioffe & Szegedy, "Batch normalization" (2015).

    Example:
        >>> import numpy as np, minigrad as mg
        >>> layer = mg.nn.BatchNorm1d(1, momentum=0.5)
        >>> layer(mg.tensor([[1.0], [3.0]])).numpy().round(3).tolist(), layer.running_mean
        ([[-1.0], [1.0]], Buffer([1.], name='running_mean'))
    """

    shapes = ("(N, C)", "(N, C, L)")


class BatchNorm2d(_BatchNorm):
    """`BatchNorm1d` for images (N, C, H, W): one mean and variance per channel.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> y = mg.nn.BatchNorm2d(3)(mg.tensor(np.random.default_rng(0).normal(5, 2, (8, 3, 4, 4))))
        >>> y.mean((0, 2, 3)).numpy().round(6) + 0.0
        array([0., 0., 0.])
    """

    shapes = ("(N, C, H, W)",)


class BatchNorm3d(_BatchNorm):
    """`BatchNorm1d` for volumes (N, C, D, H, W): one mean and variance per channel.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> mg.nn.BatchNorm3d(2)(np.zeros((1, 2, 3, 4, 5))).shape
        (1, 2, 3, 4, 5)
    """

    shapes = ("(N, C, D, H, W)",)


class LayerNorm(Module):
    """Each sample with mean 0 and variance 1 over its last axes, then times weight (γ), plus bias (β).

    Args:
        normalized_shape: the sizes of the last axes, over which is normalized; an int for one axis.
        eps: added to the variance.
        affine: False for no weight and bias.
        dtype, name: as for `Linear`.

    Shapes: x (…, *normalized_shape); weight, bias normalized_shape.

    Raises:
        ValueError: sizes below 1, a negative eps; (when called) x does not end in normalized_shape.

    Source: Ba, Kiros & Hinton, "Layer normalization" (2016).

    Example:
        >>> import minigrad as mg
        >>> mg.nn.LayerNorm(2)(mg.tensor([[1.0, 3.0], [5.0, 5.0]])).numpy().round(3)
        array([[-1.,  1.],
               [ 0.,  0.]])
    """

    def __init__(
        self,
        normalized_shape: Any,
        eps: float = 1e-5,
        affine: bool = True,
        dtype: Any = np.float64,
        name: str = "",
    ) -> None:
        sizes = (
            tuple(normalized_shape) if isinstance(normalized_shape, (tuple, list)) else (normalized_shape,)
        )
        for size in sizes:
            whole(self, normalized_shape=size)
        if not eps >= 0:
            raise ValueError(f"eps must not be negative; it is {eps}.")
        self.normalized_shape, self.eps = sizes, eps
        self.weight = Parameter(np.ones(sizes), f"γ{name}", dtype) if affine else None
        self.bias = Parameter(np.zeros(sizes), f"β{name}", dtype) if affine else None

    def forward(self, x: Any) -> Any:
        return F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}" + options(
            eps=(self.eps, 1e-5), affine=(self.weight is not None, True)
        )
