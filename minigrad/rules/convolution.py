"""Convolution and transposed convolution, in one, two and three dimensions.

    y[n, d, p] = bias[d] + Σ_c Σ_k  x[n, c, stride·p + dilation·k - padding] · weight[d, c, k]

Kernel and signal are both visited in increasing index order (in signal processing: a cross-correlation).
The rules are made of the three functions of `rules.correlation`, which are each other's derivatives.

Source: Dumoulin & Visin, "A guide to convolution arithmetic for deep learning" (2016).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad.record import primitive
from minigrad.rules.correlation import conv, conv_kernel, conv_signal
from minigrad.rules.windows import AXES, Windows, per_axis, windows
from minigrad.vjps import defvjp


def check_shapes(n: int, signal: Any, kernels: Any, bias: Any, groups: int, transpose: bool = False) -> None:
    """Refuse a signal, kernels, groups and a bias that do not belong together."""
    for what, value in (("signal", signal), ("kernels", kernels)):
        if not hasattr(value, "shape"):
            raise TypeError(f"the {what} must be an array or a Tensor, not a {type(value).__name__}.")
    x, w = signal.shape, kernels.shape
    if len(x) not in (n, n + 1, n + 2):
        raise ValueError(
            f"the signal has shape (N, C, {AXES[n]}), (C, {AXES[n]}) or ({AXES[n]}); this one has shape {x}."
        )
    if len(w) != (n if len(x) == n else n + 2):
        kernel = AXES[n].replace("L", "k").lower()
        need = f"({kernel})" if len(x) == n else f"(out, in, {kernel})"
        raise ValueError(f"a signal of shape {x} needs kernels of shape {need}; these have shape {w}.")
    channels = 1 if len(x) == n else x[-n - 1]
    if len(x) == n:
        w = (1, 1, *w)
    if groups < 1 or w[0] % groups:
        raise ValueError(f"groups={groups} must divide the {w[0]} kernels and be at least 1.")
    into, out_of = w[1] * groups, w[0]
    if transpose:
        into, out_of = out_of, into
    if channels != into:
        raise ValueError(
            f"the signal has {channels} channels, but kernels of shape {w} in {groups} "
            f"group{'s' * (groups != 1)} take {into}."
        )
    one_each = (out_of,) if len(x) > n else ()
    if bias is not None and np.shape(bias) != one_each:
        raise ValueError(f"the bias has shape {np.shape(bias)}; one number per channel is shape {one_each}.")


def per_channel(bias: Any, n: int) -> Any:
    """The bias (D) as (D, 1, …), to line up with the channels."""
    return np.reshape(bias, np.shape(bias) + (1,) * n) if np.ndim(bias) else bias


def bias_rule(n: int) -> Callable:
    """The rule of the bias in n dimensions: it was added to every sample and position."""

    def rule(g: Any) -> Any:
        """Σ g over samples and positions"""
        return np.sum(g, axis=tuple(k for k in range(g.ndim) if k != g.ndim - n - 1))

    return rule


def conv_windows(n: int, x: tuple, w: tuple, stride: Any, padding: Any, dilation: Any) -> Windows:
    """The windows of a convolution, from the shapes of signal and kernels."""
    return windows(n, x[len(x) - n :], w[len(w) - n :], stride, padding, dilation)


def with_bias(y: Any, bias: Any, n: int) -> Any:
    """y + bias, added to each channel, in the memory of y where the dtypes allow."""
    if bias is None:
        return y
    if getattr(bias, "dtype", None) == y.dtype:
        y += per_channel(bias, n)
        return y
    return y + per_channel(bias, n)


def convolve(n: int, x: Any, w: Any, bias: Any, stride: Any, padding: Any, dilation: Any, groups: int) -> Any:
    """The forward pass of `conv1d` … `conv3d`."""
    check_shapes(n, x, w, bias, groups)
    y = conv(x, w, conv_windows(n, x.shape, w.shape, stride, padding, dilation), groups)
    return with_bias(y, bias, n)


def convolve_rules(n: int) -> tuple:
    """The rules of `conv1d` … `conv3d` for x, weight and bias."""

    def x_rule(
        g: Any, x_shape: tuple, weight: Any, stride: Any, padding: Any, dilation: Any, groups: int
    ) -> Any:
        """conv_transpose(g, weight)"""
        return conv_signal(
            g, weight, conv_windows(n, x_shape, weight.shape, stride, padding, dilation), groups
        )

    def weight_rule(
        g: Any, x: Any, weight_shape: tuple, stride: Any, padding: Any, dilation: Any, groups: int
    ) -> Any:
        """conv(x, g), x's windows times g"""
        return conv_kernel(x, g, conv_windows(n, x.shape, weight_shape, stride, padding, dilation), groups)

    return x_rule, weight_rule, bias_rule(n)


def transposed_windows(
    n: int, x: tuple, w: tuple, stride: Any, padding: Any, output_padding: Any, dilation: Any
) -> Windows:
    """The windows of a transposed convolution: those of the convolution that leads from its result to x."""
    kernel, count = w[len(w) - n :], x[len(x) - n :]
    steps, gaps = per_axis(stride, n, "stride", 1), per_axis(dilation, n, "dilation", 1)
    pads, extra = per_axis(padding, n, "padding", 0), per_axis(output_padding, n, "output_padding", 0)
    if any(e >= max(s, d) for e, s, d in zip(extra, steps, gaps, strict=True)):
        raise ValueError(
            f"output_padding={output_padding} must be smaller than stride={stride} or dilation={dilation}: it only "
            f"chooses among the sizes that the convolution would map to {count}."
        )
    size = tuple(
        s * (c - 1) + d * (k - 1) + 1 + e - 2 * p
        for c, k, s, d, p, e in zip(count, kernel, steps, gaps, pads, extra, strict=True)
    )
    if min(size) < 1:
        raise ValueError(f"padding={padding} would leave a result of size {size}; use less.")
    return size, tuple(count), tuple(kernel), steps, gaps, tuple((p, p) for p in pads)


def convolve_transposed(
    n: int,
    x: Any,
    w: Any,
    bias: Any,
    stride: Any,
    padding: Any,
    output_padding: Any,
    groups: int,
    dilation: Any,
) -> Any:
    """The forward pass of `conv_transpose1d` … `conv_transpose3d`."""
    check_shapes(n, x, w, bias, groups, transpose=True)
    win = transposed_windows(n, x.shape, w.shape, stride, padding, output_padding, dilation)
    return with_bias(conv_signal(x, w, win, groups), bias, n)


def convolve_transposed_rules(n: int) -> tuple:
    """The rules of `conv_transpose1d` … `conv_transpose3d` for x, weight and bias."""

    def x_rule(
        g: Any, x_shape: tuple, weight: Any, stride: Any, padding: Any, output_padding: Any, groups: int,
        dilation: Any,
    ) -> Any:  # fmt: skip
        """conv(g, weight)"""
        win = transposed_windows(n, x_shape, weight.shape, stride, padding, output_padding, dilation)
        return conv(g, weight, win, groups)

    def weight_rule(
        g: Any, x: Any, weight_shape: tuple, stride: Any, padding: Any, output_padding: Any, groups: int,
        dilation: Any,
    ) -> Any:  # fmt: skip
        """conv(g, x), g's windows times x"""
        win = transposed_windows(n, x.shape, weight_shape, stride, padding, output_padding, dilation)
        return conv_kernel(g, x, win, groups)

    return x_rule, weight_rule, bias_rule(n)


@primitive
def conv1d(
    x: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    """The convolution x ⊛ weight + bias: each entry of the result is a window of x, times a kernel, summed.

    Args:
        x: a signal (N, C, L), (C, L) without a batch, or (L) without channels.
        weight: D kernels (D, C/groups, k); one kernel (k) for a signal without channels.
        bias: (D), added to each channel of the result; () for a signal without channels.
        stride: from one window to the next.
        padding: zeros before and behind the signal; "valid" for none, "same" to keep its size.
        dilation: from one entry of a window to the next.
        groups: cut the channels into so many groups, each with its own kernels; C for one kernel a channel.

    Shapes: (N, D, M), (D, M) or (M), with M = ⌊(L + 2·padding - dilation·(k - 1) - 1) / stride⌋ + 1.

    Raises:
        ValueError: shapes that do not fit together; a number that is too small; a kernel larger than the signal.

    Source: LeCun et al., "Gradient-based learning applied to document recognition" (1998).

    Example:
        >>> import minigrad as mg
        >>> mg.nn.functional.conv1d(mg.tensor([1.0, 2.0, 3.0, 4.0]), mg.tensor([3.0, 2.0]))
        tensor([ 7., 12., 17.])
    """
    return convolve(1, x, weight, bias, stride, padding, dilation, groups)


@primitive
def conv2d(
    x: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    """The convolution x ⊛ weight + bias of images. Options, errors and source: as for `conv1d`, an int or two.

    Shapes: x (N, C, H, W), (C, H, W) or (H, W); weight (D, C/groups, h, w) or (h, w); bias (D) or ();
        result (N, D, H', W'), (D, H', W') or (H', W'); H' = H - h + 1 without stride, padding and dilation.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> mg.nn.functional.conv2d(mg.tensor(np.ones((3, 8, 8))), np.ones((16, 3, 5, 5)), padding="same").shape
        (16, 8, 8)
    """
    return convolve(2, x, weight, bias, stride, padding, dilation, groups)


@primitive
def conv3d(
    x: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    """The convolution x ⊛ weight + bias of volumes. Options, errors and source: as for `conv1d`, an int or three.

    Shapes: x (N, C, D, H, W), (C, D, H, W) or (D, H, W); weight (out, C/groups, d, h, w) or (d, h, w);
        bias (out) or (); result (N, out, D', H', W'), (out, D', H', W') or (D', H', W').

    Example:
        >>> import numpy as np, minigrad as mg
        >>> mg.nn.functional.conv3d(mg.tensor(np.ones((1, 2, 4, 5, 6))), np.ones((7, 2, 2, 2, 2))).shape
        (1, 7, 3, 4, 5)
    """
    return convolve(3, x, weight, bias, stride, padding, dilation, groups)


@primitive
def conv_transpose1d(
    x: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, output_padding: Any = 0,
    groups: int = 1, dilation: Any = 1,
) -> Any:  # fmt: skip
    """The transpose of `conv1d` as a matrix: each entry of x, times a kernel, is added to a window of the result.

    Args:
        x: a signal (N, C, L), (C, L) without a batch, or (L) without channels.
        weight: C kernels (C, D/groups, k), the layout of the convolution that leads back; or (k).
        bias: (D), added to each channel of the result; () for a signal without channels.
        stride, padding, dilation, groups: of the convolution that this one is the transpose of. A stride makes
            the result larger, padding is cut off from it.
        output_padding: entries added behind. With a stride, signals of several sizes are mapped to size L;
            this chooses among them.

    Shapes: (N, D, M), (D, M) or (M), with
        M = (L - 1)·stride - 2·padding + dilation·(k - 1) + 1 + output_padding.

    Raises:
        ValueError: shapes that do not fit together; a number that is too small; an output_padding that is not
            smaller than stride or dilation; padding that leaves nothing.

    Source: Zeiler et al., "Deconvolutional networks" (2010).

    Example:
        >>> import minigrad as mg
        >>> mg.nn.functional.conv_transpose1d(mg.tensor([1.0, 10.0]), mg.tensor([3.0, 2.0]), stride=2)
        tensor([ 3.,  2., 30., 20.])
    """
    return convolve_transposed(1, x, weight, bias, stride, padding, output_padding, groups, dilation)


@primitive
def conv_transpose2d(
    x: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, output_padding: Any = 0,
    groups: int = 1, dilation: Any = 1,
) -> Any:  # fmt: skip
    """The transpose of `conv2d`. Options, errors and source: as for `conv_transpose1d`, an int or two.

    Shapes: x (N, C, H, W), (C, H, W) or (H, W); weight (C, D/groups, h, w) or (h, w); bias (D) or ();
        result (N, D, H', W'), (D, H', W') or (H', W').

    Example:
        >>> import numpy as np, minigrad as mg
        >>> x, w = mg.tensor(np.ones((1, 3, 4, 4))), np.ones((3, 2, 3, 3))
        >>> mg.nn.functional.conv_transpose2d(x, w, stride=2, padding=1, output_padding=1).shape
        (1, 2, 8, 8)
    """
    return convolve_transposed(2, x, weight, bias, stride, padding, output_padding, groups, dilation)


@primitive
def conv_transpose3d(
    x: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, output_padding: Any = 0,
    groups: int = 1, dilation: Any = 1,
) -> Any:  # fmt: skip
    """The transpose of `conv3d`. Options, errors and source: as for `conv_transpose1d`, an int or three.

    Shapes: x (N, C, D, H, W), (C, D, H, W) or (D, H, W); weight (C, out/groups, d, h, w) or (d, h, w);
        bias (out) or (); result (N, out, D', H', W'), (out, D', H', W') or (D', H', W').

    Example:
        >>> import numpy as np, minigrad as mg
        >>> x, w = mg.tensor(np.ones((1, 2, 3, 4, 5))), np.ones((2, 1, 2, 2, 2))
        >>> mg.nn.functional.conv_transpose3d(x, w).shape
        (1, 1, 4, 5, 6)
    """
    return convolve_transposed(3, x, weight, bias, stride, padding, output_padding, groups, dilation)


for n, forward, backward in (
    (1, conv1d, conv_transpose1d),
    (2, conv2d, conv_transpose2d),
    (3, conv3d, conv_transpose3d),
):
    defvjp(forward, *convolve_rules(n))
    defvjp(backward, *convolve_transposed_rules(n))
