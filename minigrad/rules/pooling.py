"""Pooling: every window of a signal becomes one number, its largest or its mean.

Pooling moves along the last one, two or three axes; whatever axes come before are left alone, so a signal may
have a batch and channels, or not.

Conventions: max pooling sends the gradient of a window to its *first* largest entry (in increasing index
order), also where several are equal; a window that holds NaN becomes NaN. Padding is never the largest.
Average pooling counts the padding as zeros unless count_include_pad=False.

The rules are two pairs of functions that are each other's transpose:
    at_winners(x, winner)   one entry of each window   ↔   to_winners(y, winner)   adds y at that entry
    window_sum(x)           the sum of each window     ↔   window_spread(y)        adds y to all entries

Source: Boureau, Ponce & LeCun, "A theoretical analysis of feature pooling in visual recognition" (2010).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad.record import primitive
from minigrad.rules.neural import array_of
from minigrad.rules.windows import AXES, Windows, blank, cropped, padded, slices, windows
from minigrad.vjps import defvjp


@primitive
def at_winners(x: Any, winner: Any, win: Windows) -> Any:
    """From each window of x the entry at position `winner`."""
    x, out = padded(x, win), np.zeros_like(winner, dtype=x.dtype)
    for k, entries in enumerate(slices(win)):
        out += x[(..., *entries)] * (winner == k)
    return out


@primitive
def to_winners(y: Any, winner: Any, win: Windows) -> Any:
    """Zeros in the shape of the signal, with y added to each window at position `winner`."""
    like_winner = np.empty_like(winner, dtype=y.dtype)  # in memory too, or the products would jump about
    like_winner[...] = y
    out, alone = blank(like_winner, win), apart(win)
    for k, entries in enumerate(slices(win)):
        if alone:  # nothing to add up
            np.multiply(like_winner, winner == k, out=out[(..., *entries)])
        else:
            out[(..., *entries)] += like_winner * (winner == k)
    return cropped(out, win)


def apart(win: Windows) -> bool:
    """Whether no entry lies in two windows."""
    return all(s > d * (k - 1) for k, s, d in zip(*win[2:5], strict=True))


@primitive
def first_largest(x: Any, largest: Any, win: Windows) -> Any:
    """The position, within each window of x, of the first entry that equals the largest (or is NaN)."""
    *before, _ = slices(win)
    x = padded(x, win, -math.inf)
    small = len(before) < 128  # then one byte a window is enough, and quicker to compare
    winner: Any = np.zeros_like(largest, dtype=np.int8 if small else np.int32)
    found: Any = np.zeros_like(largest, dtype=bool)
    some_nan = bool((largest != largest).any())
    for entries in before:  # a window that has found nothing yet finds it one position further
        here = x[(..., *entries)]
        found |= (here == largest) | (here != here) if some_nan else here == largest
        winner += ~found
    return winner


@primitive
def window_sum(x: Any, win: Windows) -> Any:
    """The sum of each window of x."""
    x, (first, *rest) = padded(x, win), slices(win)
    out = x[(..., *first)].copy(order="K")
    for entries in rest:
        out += x[(..., *entries)]
    return out


@primitive
def window_spread(y: Any, win: Windows) -> Any:
    """Zeros in the shape of the signal, with y added to all entries of its window."""
    out = blank(y, win)
    for entries in slices(win):
        out[(..., *entries)] += y
    return cropped(out, win)


# fmt: off
defvjp(at_winners,    lambda g, winner, win: to_winners(g, winner, win))
defvjp(to_winners,    lambda g, winner, win: at_winners(g, winner, win))
defvjp(window_sum,    lambda g, win: window_spread(g, win))
defvjp(window_spread, lambda g, win: window_sum(g, win))
defvjp(first_largest, None, None)  # a position: it changes in jumps
# fmt: on


def pool_windows(
    n: int, x: tuple, kernel: Any, stride: Any, padding: Any, dilation: Any = 1, ceil_mode: bool = False
) -> Windows:
    """The windows of a pooling over a signal of shape `x`."""
    if len(x) < n:
        raise ValueError(f"the signal needs at least {n} axes ({AXES[n]}); this one has shape {x}.")
    refusal = f"padding={padding!r} must be at most half of the window, or a window would hold nothing else."
    if isinstance(padding, str):
        raise ValueError(refusal)
    win = windows(
        n, x[len(x) - n :], kernel, kernel if stride is None else stride, padding, dilation, ceil_mode
    )
    for k, d, (before, _) in zip(win[2], win[4], win[5], strict=True):
        if 2 * before > d * (k - 1) + 1:
            raise ValueError(refusal)
    return win


def largest(x: Any, win: Windows) -> Any:
    """The forward pass of max pooling."""
    x, (first, *rest) = padded(x, win, -math.inf), slices(win)
    out = x[(..., *first)].copy(order="K")
    for entries in rest:
        np.maximum(out, x[(..., *entries)], out=out)
    return out


def max_pool_rule(n: int) -> Callable:
    """The rule of max pooling in n dimensions."""

    def rule(
        g: Any, x: Any, out: Any, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
    ) -> Any:
        """g, to the first largest entry of its window"""
        win = pool_windows(n, x.shape, kernel_size, stride, padding, dilation, ceil_mode)
        return to_winners(g, first_largest(x, out, win), win)

    return rule


def entries_of(win: Windows, count_include_pad: bool) -> Any:
    """How many entries each window averages: one number if all agree, else an array (places)."""
    total: Any = 1
    for size, places, kernel, stride, _, (before, _) in zip(*win, strict=True):
        low, high = (0, size + 2 * before) if count_include_pad else (before, before + size)
        starts = range(0, places * stride, stride)
        numbers = [min(start + kernel, high) - max(start, low) for start in starts]
        total = (
            np.multiply.outer(total, numbers)
            if len(set(numbers)) > 1 or np.ndim(total)
            else total * numbers[0]
        )
    return total


def per_entry(y: Any, win: Windows, count_include_pad: bool) -> Any:
    """y divided by the number of entries of each window; dtype and device of y stay."""
    number = entries_of(win, count_include_pad)
    return y / (number if isinstance(number, int) else np.asarray(number, y.dtype, like=array_of(y)))


def avg_pool_rule(n: int) -> Callable:
    """The rule of average pooling in n dimensions."""

    def rule(
        g: Any,
        x_shape: tuple,
        kernel_size: Any,
        stride: Any,
        padding: Any,
        ceil_mode: bool,
        count_include_pad: bool,
    ) -> Any:
        """g / count, to every entry of its window"""
        win = pool_windows(n, x_shape, kernel_size, stride, padding, ceil_mode=ceil_mode)
        return window_spread(per_entry(g, win, count_include_pad), win)

    return rule


def max_pool(
    n: int, x: Any, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> Any:
    """The forward pass of `max_pool1d` … `max_pool3d`."""
    return largest(x, pool_windows(n, np.shape(x), kernel_size, stride, padding, dilation, ceil_mode))


def avg_pool(
    n: int, x: Any, kernel_size: Any, stride: Any, padding: Any, ceil_mode: bool, count_include_pad: bool
) -> Any:
    """The forward pass of `avg_pool1d` … `avg_pool3d`."""
    win = pool_windows(n, np.shape(x), kernel_size, stride, padding, ceil_mode=ceil_mode)
    return per_entry(window_sum(x, win), win, count_include_pad)


# What users call ------------------------------------------------------------------------------------------


@primitive
def max_pool1d(
    x: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False
) -> Any:
    """The largest entry of every window of the last axis.

    Args:
        x: a signal (…, L).
        kernel_size: how many entries a window has.
        stride: from one window to the next; by default kernel_size, so that windows do not overlap.
        padding: entries before and behind the signal that are never the largest; at most half a window.
        dilation: from one entry of a window to the next.
        ceil_mode: also take a last window that reaches beyond the signal.

    Shapes: (…, M), with M = ⌊(L + 2·padding - dilation·(kernel_size - 1) - 1) / stride⌋ + 1, or ⌈…⌉ + 1.

    Raises:
        ValueError: too few axes, a number that is too small, too much padding, or a window that does not fit.

    Source: Riesenhuber & Poggio, "Hierarchical models of object recognition in cortex" (1999).

    Example:
        >>> import minigrad as mg
        >>> x = mg.tensor([1.0, 5.0, 4.0, 4.0], requires_grad=True)
        >>> y = mg.nn.functional.max_pool1d(x, 2)
        >>> y.sum().backward()
        >>> y.numpy(), x.grad.numpy()
        (array([5., 4.]), array([0., 1., 1., 0.]))
    """
    return max_pool(1, x, kernel_size, stride, padding, dilation, ceil_mode)


@primitive
def max_pool2d(
    x: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False
) -> Any:
    """The largest entry of every window of images (…, H, W). Options, errors, source: as `max_pool1d`, an int or two.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> mg.nn.functional.max_pool2d(mg.tensor(np.arange(16.0).reshape(4, 4)), 2)
        tensor([[ 5.,  7.],
                [13., 15.]])
    """
    return max_pool(2, x, kernel_size, stride, padding, dilation, ceil_mode)


@primitive
def max_pool3d(
    x: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False
) -> Any:
    """The largest entry of every window of volumes (…, D, H, W). Options, errors, source: as `max_pool1d`.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> mg.nn.functional.max_pool3d(mg.tensor(np.ones((2, 3, 4, 4, 4))), (1, 2, 4)).shape
        (2, 3, 4, 2, 1)
    """
    return max_pool(3, x, kernel_size, stride, padding, dilation, ceil_mode)


@primitive
def avg_pool1d(
    x: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Any:  # fmt: skip
    """The mean of every window of the last axis.

    Args:
        x: a signal (…, L).
        kernel_size, stride, padding, ceil_mode: as for `max_pool1d`; padding are zeros.
        count_include_pad: whether the padding's zeros count, or the mean is that of true entries only.

    Shapes, errors: as for `max_pool1d`.

    Source: LeCun et al., "Gradient-based learning applied to document recognition" (1998), subsampling.

    Example:
        >>> import minigrad as mg
        >>> mg.nn.functional.avg_pool1d(mg.tensor([1.0, 5.0, 4.0, 4.0]), 2)
        tensor([3., 4.])
    """
    return avg_pool(1, x, kernel_size, stride, padding, ceil_mode, count_include_pad)


@primitive
def avg_pool2d(
    x: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Any:  # fmt: skip
    """The mean of every window of images (…, H, W). Options, errors, source: as for `avg_pool1d`, an int or two.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> mg.nn.functional.avg_pool2d(mg.tensor(np.arange(16.0).reshape(4, 4)), 2)
        tensor([[ 2.5,  4.5],
                [10.5, 12.5]])
    """
    return avg_pool(2, x, kernel_size, stride, padding, ceil_mode, count_include_pad)


@primitive
def avg_pool3d(
    x: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Any:  # fmt: skip
    """The mean of every window of volumes (…, D, H, W). Options, errors, source: as for `avg_pool1d`.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> mg.nn.functional.avg_pool3d(mg.tensor(np.ones((3, 4, 4, 4))), 2).shape
        (3, 2, 2, 2)
    """
    return avg_pool(3, x, kernel_size, stride, padding, ceil_mode, count_include_pad)


for n, most, mean in ((1, max_pool1d, avg_pool1d), (2, max_pool2d, avg_pool2d), (3, max_pool3d, avg_pool3d)):
    defvjp(most, max_pool_rule(n))
    defvjp(mean, avg_pool_rule(n))
