"""Convolutions as layers: kernels that are learned, moved over signals, images and volumes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad.init import he_normal
from minigrad.nn.checks import Init, drawn, generator, options, whole
from minigrad.nn.module import Module
from minigrad.rules import convolution
from minigrad.rules.windows import AXES, per_axis
from minigrad.tensor import Parameter


class _Convolution(Module):
    """What the six layers have in common. `n` is the number of axes that a kernel moves along."""

    n: int
    function: Callable

    def _make(
        self, n_in: int, n_out: int, kernel_size: Any, rng: Any, groups: int, bias: bool, dtype: Any,
        name: str, init: Init, transposed: bool = False,
    ) -> None:  # fmt: skip
        whole(self, in_channels=n_in, out_channels=n_out, groups=groups)
        if n_in % groups or n_out % groups:
            raise ValueError(
                f"groups={groups} must divide in_channels={n_in} and out_channels={n_out}: each group of "
                f"channels has kernels of its own."
            )
        self.in_channels, self.out_channels, self.groups = n_in, n_out, groups
        self.kernel_size = per_axis(kernel_size, self.n, "kernel_size", 1)
        shape = (n_out, n_in // groups, *self.kernel_size)
        weights = init
        if transposed:  # drawn as the kernels of a convolution, so that they get the same variance
            straight, shape = shape, (n_in, n_out // groups, *self.kernel_size)
            weights = lambda _, rng: turned(init(straight, rng), groups)
        self.weight = drawn(weights, shape, generator(self, rng), f"W{name}", dtype)
        self.bias = Parameter(np.zeros(n_out), name=f"b{name}", dtype=dtype) if bias else None

    def _check(self, x: Any) -> None:
        shape, n = x.shape, self.n
        if len(shape) in (n + 1, n + 2) and shape[-n - 1] == self.in_channels:
            return
        axes, c = AXES[n], self.in_channels
        advice = ""
        if c == 1 and len(shape) in (n, n + 1):
            advice = f" np.expand_dims(x, {-n - 1}) adds the axis of the one channel."
        raise ValueError(
            f"{self._title()} takes x of shape (N, {c}, {axes}) or ({c}, {axes}), with {c} "
            f"channel{'s' * (c != 1)}; this x has shape {shape}.{advice}"
        )

    def extra_repr(self) -> str:
        size = self.kernel_size[0] if len(set(self.kernel_size)) == 1 else self.kernel_size
        known = vars(self)
        usual = {"stride": 1, "padding": 0, "output_padding": 0, "dilation": 1, "groups": 1}
        given = {name: (known[name], default) for name, default in usual.items() if name in known}
        tail = options(**given, bias=(self.bias is not None, True))
        return f"{self.in_channels}, {self.out_channels}, kernel_size={size}{tail}"


def turned(kernels: Any, groups: int) -> Any:
    """Kernels (out, in/groups, …) in the layout of a transposed convolution, (in, out/groups, …)."""
    n_out, n_in, *size = kernels.shape
    split = kernels.reshape(groups, n_out // groups, n_in, *size)
    return np.swapaxes(split, 1, 2).reshape(groups * n_in, n_out // groups, *size)


class _Conv(_Convolution):
    """A convolution, in any number of dimensions."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any, rng: np.random.Generator | None = None,
        *, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1, bias: bool = True,
        dtype: Any = np.float64, name: str = "", init: Init = he_normal,
    ) -> None:  # fmt: skip
        self._make(in_channels, out_channels, kernel_size, rng, groups, bias, dtype, name, init)
        self.stride, self.padding, self.dilation = stride, padding, dilation

    def forward(self, x: Any) -> Any:
        self._check(x)
        return self.function(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


class _ConvTranspose(_Convolution):
    """A transposed convolution, in any number of dimensions."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any, rng: np.random.Generator | None = None,
        *, stride: Any = 1, padding: Any = 0, output_padding: Any = 0, groups: int = 1, dilation: Any = 1,
        bias: bool = True, dtype: Any = np.float64, name: str = "", init: Init = he_normal,
    ) -> None:  # fmt: skip
        self._make(
            in_channels, out_channels, kernel_size, rng, groups, bias, dtype, name, init, transposed=True
        )
        self.stride, self.padding, self.output_padding, self.dilation = (
            stride,
            padding,
            output_padding,
            dilation,
        )

    def forward(self, x: Any) -> Any:
        self._check(x)
        return self.function(
            x,
            self.weight,
            self.bias,
            self.stride,
            self.padding,
            self.output_padding,
            self.groups,
            self.dilation,
        )


class Conv1d(_Conv):
    """Signals ⊛ kernels + bias: each entry of the result is a window of x, times a kernel, summed.

    Args:
        in_channels, out_channels: how many x has, and how many kernels there are.
        kernel_size: entries of a kernel along the axis it moves along; an int, or one for each axis.
        rng: draws the kernels; the bias starts at 0.
        stride, padding, dilation, groups: as for `mg.nn.functional.conv1d`.
        bias, dtype, name, init: as for `Linear`.

    Shapes: x (N, in, L) or (in, L), weight (out, in/groups, k), bias (out,), result (N, out, M) or (out, M),
        M = ⌊(L + 2·padding - dilation·(k - 1) - 1) / stride⌋ + 1.

    Raises:
        ValueError: sizes below 1, groups that do not divide the channels; (when called) an x that does not
            fit.
        TypeError: no generator to draw from.

    Source: LeCun et al., "Gradient-based learning applied to document recognition" (1998).

    Example:
        >>> import numpy as np, minigrad as mg
        >>> mg.nn.Conv1d(3, 8, 5, np.random.default_rng(0), padding=2)(np.ones((10, 3, 20))).shape
        (10, 8, 20)
    """

    n, function = 1, staticmethod(convolution.conv1d)


class Conv2d(_Conv):
    """The convolution of images with kernels, plus bias. Options, errors, source: as for `Conv1d`.

    Shapes: x (N, in, H, W) or (in, H, W), weight (out, in/groups, h, w), result (N, out, H', W').

    Example:
        >>> import numpy as np, minigrad as mg
        >>> layer = mg.nn.Conv2d(1, 6, 5, np.random.default_rng(0))
        >>> layer, layer(np.ones((10, 1, 28, 28))).shape
        (Conv2d(1, 6, kernel_size=5), (10, 6, 24, 24))
    """

    n, function = 2, staticmethod(convolution.conv2d)


class Conv3d(_Conv):
    """The convolution of volumes with kernels, plus bias. Options, errors, source: as for `Conv1d`.

    Shapes: x (N, in, D, H, W) or (in, D, H, W), weight (out, in/groups, d, h, w), result
        (N, out, D', H', W').

    Example:
        >>> import numpy as np, minigrad as mg
        >>> mg.nn.Conv3d(2, 4, (1, 2, 3), np.random.default_rng(0))(np.ones((1, 2, 4, 5, 6))).shape
        (1, 4, 4, 4, 4)
    """

    n, function = 3, staticmethod(convolution.conv3d)


class ConvTranspose1d(_ConvTranspose):
    """The transpose of `Conv1d` as a matrix: each entry of x, times a kernel, goes to a window of the result.

    Args:
        in_channels, out_channels, kernel_size, rng: as for `Conv1d`.
        stride, padding, output_padding, groups, dilation: as for `mg.nn.functional.conv_transpose1d`.
        bias, dtype, name, init: as for `Linear`.

    Shapes: x (N, in, L) or (in, L), weight (in, out/groups, k), bias (out,), result (N, out, M) or (out, M),
        M = (L - 1)·stride - 2·padding + dilation·(k - 1) + 1 + output_padding.

    Raises:
        ValueError, TypeError: as for `Conv1d`.

    Source: Zeiler et al., "Deconvolutional networks" (2010).

    Example:
        >>> import numpy as np, minigrad as mg
        >>> layer = mg.nn.ConvTranspose1d(3, 8, 4, np.random.default_rng(0), stride=2, padding=1)
        >>> layer(np.ones((1, 3, 10))).shape
        (1, 8, 20)
    """

    n, function = 1, staticmethod(convolution.conv_transpose1d)


class ConvTranspose2d(_ConvTranspose):
    """The transpose of `Conv2d`. Options, errors and source: as for `ConvTranspose1d`, an int or two.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> mg.nn.ConvTranspose2d(3, 1, 2, np.random.default_rng(0), stride=2)(np.ones((1, 3, 4, 5))).shape
        (1, 1, 8, 10)
    """

    n, function = 2, staticmethod(convolution.conv_transpose2d)


class ConvTranspose3d(_ConvTranspose):
    """The transpose of `Conv3d`. Options, errors and source: as for `ConvTranspose1d`, an int or three.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> mg.nn.ConvTranspose3d(2, 1, 3, np.random.default_rng(0))(np.ones((1, 2, 1, 2, 3))).shape
        (1, 1, 3, 4, 5)
    """

    n, function = 3, staticmethod(convolution.conv_transpose3d)
