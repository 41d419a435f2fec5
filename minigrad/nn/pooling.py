"""Pooling as layers: of every window the largest entry, or the mean. Nothing is learned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minigrad.nn.checks import options
from minigrad.nn.module import Module
from minigrad.rules import pooling


class _MaxPool(Module):
    """Max pooling, in any number of dimensions."""

    function: Callable

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
    ) -> None:
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding
        self.dilation, self.ceil_mode = dilation, ceil_mode

    def forward(self, x: Any) -> Any:
        return self.function(x, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}" + options(
            stride=(self.stride, None), padding=(self.padding, 0), dilation=(self.dilation, 1),
            ceil_mode=(self.ceil_mode, False),
        )  # fmt: skip


class MaxPool1d(_MaxPool):
    """The largest entry of every window of the last axis.

    Args:
        kernel_size: how many entries a window has; an int, or one for each axis.
        stride: from one window to the next; by default kernel_size, so that windows do not overlap.
        padding, dilation, ceil_mode: as for `mg.nn.functional.max_pool1d`.

    Shapes: x (…, L), result (…, M), with M = ⌊(L + 2·padding - dilation·(kernel_size - 1) - 1) / stride⌋ + 1.

    Raises:
        ValueError: (when called) options out of their range, or a window that does not fit.

    Source: Riesenhuber & Poggio, "Hierarchical models of object recognition in cortex" (1999).

    Example:
        >>> import minigrad as mg
        >>> mg.nn.MaxPool1d(2)(mg.tensor([1.0, 5.0, 4.0, 4.0]))
        tensor([5., 4.])
    """

    function = staticmethod(pooling.max_pool1d)


class MaxPool2d(_MaxPool):
    """The largest entry of every window of images (…, H, W). Options, errors and source: as for `MaxPool1d`.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> mg.nn.MaxPool2d(2)(np.arange(16.0).reshape(4, 4))
        array([[ 5.,  7.],
               [13., 15.]])
    """

    function = staticmethod(pooling.max_pool2d)


class MaxPool3d(_MaxPool):
    """The largest entry of every window of volumes (…, D, H, W). Options, errors, source: as for `MaxPool1d`.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> mg.nn.MaxPool3d((1, 2, 4))(np.ones((3, 4, 4, 4))).shape
        (3, 4, 2, 1)
    """

    function = staticmethod(pooling.max_pool3d)


class _AvgPool(Module):
    """Average pooling, in any number of dimensions."""

    function: Callable

    def __init__(
        self, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:  # fmt: skip
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad

    def forward(self, x: Any) -> Any:
        return self.function(
            x, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad
        )

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}" + options(
            stride=(self.stride, None), padding=(self.padding, 0), ceil_mode=(self.ceil_mode, False),
            count_include_pad=(self.count_include_pad, True),
        )  # fmt: skip


class AvgPool1d(_AvgPool):
    """The mean of every window of the last axis.

    Args:
        kernel_size, stride, padding, ceil_mode: as for `MaxPool1d`; padding are zeros.
        count_include_pad: whether the padding's zeros count, or the mean is that of true entries only.

    Shapes, errors: as for `MaxPool1d`.

    Source: LeCun et al., "Gradient-based learning applied to document recognition" (1998), subsampling.

    Example:
        >>> import minigrad as mg
        >>> mg.nn.AvgPool1d(2)(mg.tensor([1.0, 5.0, 4.0, 4.0]))
        tensor([3., 4.])
    """

    function = staticmethod(pooling.avg_pool1d)


class AvgPool2d(_AvgPool):
    """The mean of every window of images (…, H, W). Options, errors and source: as for `AvgPool1d`.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> mg.nn.AvgPool2d(2)(np.arange(16.0).reshape(4, 4))
        array([[ 2.5,  4.5],
               [10.5, 12.5]])
    """

    function = staticmethod(pooling.avg_pool2d)


class AvgPool3d(_AvgPool):
    """The mean of every window of volumes (…, D, H, W). Options, errors and source: as for `AvgPool1d`.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> mg.nn.AvgPool3d(2)(np.ones((3, 4, 4, 4))).shape
        (3, 2, 2, 2)
    """

    function = staticmethod(pooling.avg_pool3d)
