"""A window that slides over a signal or an image: what convolution and pooling compute, place by place.

With this module, one can
- go through the places:      slides(x, kernel=[3, 2]), slides(x, size=2, how="max")
- check them:                 [step.value for step in slides(…)] is what conv1d gives
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from minigrad.rules.windows import AXES, padded, windows
from minigrad.symbols import number
from visuals.plots.inputs import numbers

MOST = 12  # cells along an axis: more could not be read
TERMS = 9  # products that are written out
HOW = ("sum", "max", "mean")


@dataclass(frozen=True)
class Step:
    """One place of the window.

    Attributes:
        place: where the result goes, one index per axis.
        cells: which entries of the padded input the window covers, in increasing index order.
        entries: their values.
        weights: those of the kernel, in the same order; empty for pooling.
        value: the result.
        text: the arithmetic, "1·3 + 2·2 = 7".
    """

    place: tuple[int, ...]
    cells: tuple[tuple[int, ...], ...]
    entries: np.ndarray
    weights: np.ndarray
    value: float
    text: str


@dataclass(frozen=True)
class Slides:
    """All places of a window.

    Attributes:
        x: the input, with its padding around it.
        kernel: of the convolution; empty for pooling.
        padding: how many cells of padding there are before the input, per axis.
        size: of the input without padding.
        steps: one per place, row by row.
        result: all values, in the shape of the result.
    """

    x: np.ndarray
    kernel: np.ndarray
    padding: tuple[int, ...]
    size: tuple[int, ...]
    steps: tuple[Step, ...]
    result: np.ndarray


def slides(
    x: Any,
    kernel: Any = None,
    *,
    size: Any = None,
    how: str = "sum",
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
) -> Slides:
    """The places of a window, with the arithmetic at each: Σ x · kernel, or the largest or mean entry.

    Kernel and signal are both visited in increasing index order.

    Args:
        x: a signal (L,) or an image (H, W), of one channel.
        kernel: of a convolution, with as many axes.
        size: of a pooling window instead, an int or one per axis; then `how` is "max" or "mean".
        stride: by default 1 for a convolution, and the window's size for pooling.
        padding, dilation: as for `mg.nn.functional.conv2d`; the padding of max-pooling is never the largest.

    Returns:
        Slides.

    Raises:
        ValueError: neither or both of kernel and size, a kernel of other axes, an input of more than 12 cells
            along an axis, a window that does not fit, or another `how`.

    Example:
        >>> found = slides([1, 2, 3, 4], kernel=[3, 2])
        >>> found.result, found.steps[0].text
        (array([ 7., 12., 17.]), '1·3 + 2·2 = 7')
        >>> slides([1, 5, 4, 4], size=2, how="max").steps[1].text
        'max(4, 4) = 4'
    """
    signal = numbers(x, "x", "(L,)", "(H, W)")
    n = signal.ndim
    if (kernel is None) == (size is None):
        raise ValueError("Give a kernel for a convolution, or the size of a window for pooling.")
    if how not in (HOW[:1] if size is None else HOW[1:]):
        allowed = "a convolution sums: leave `how` out" if size is None else '`how` is "max" or "mean"'
        raise ValueError(f"how={how!r}: {allowed}.")
    if max(signal.shape) > MOST:
        raise ValueError(
            f"x has shape {signal.shape}; more than {MOST} cells along an axis cannot be read. Cut it: x[:8]."
        )
    weights = np.array([]) if kernel is None else numbers(kernel, "kernel", f"({AXES[n]})".lower())
    reach = weights.shape if size is None else (size if isinstance(size, (tuple, list)) else (size,) * n)
    step = stride if stride is not None else (1 if size is None else reach)
    win = windows(n, signal.shape, tuple(reach), step, padding, dilation)
    around = padded(signal, win, -np.inf if how == "max" else 0.0)
    _, places, extent, strides, dilations, rims = win
    steps, result = [], np.zeros(places)
    for place in np.ndindex(places):
        cells = tuple(
            tuple(s * p + d * k for s, p, d, k in zip(strides, place, dilations, entry, strict=True))
            for entry in np.ndindex(extent)
        )
        entries = np.array([around[cell] for cell in cells])
        flat = weights.ravel()
        value = float(entries @ flat if size is None else entries.max() if how == "max" else entries.mean())
        result[place] = value
        steps.append(Step(place, cells, entries, flat, value, arithmetic(entries, flat, how, value)))
    return Slides(around, weights, tuple(before for before, _ in rims), signal.shape, tuple(steps), result)


def arithmetic(entries: np.ndarray, weights: np.ndarray, how: str, value: float) -> str:
    """What is computed at one place, in words of arithmetic.

    Example:
        >>> arithmetic(np.array([1.0, -2.0]), np.array([3.0, -1.0]), "sum", 5.0)
        '1·3 + (−2)·(−1) = 5'
    """
    out = short(value)
    if how == "max":
        return f"max({', '.join(short(e) for e in entries if e > -np.inf)}) = {out}"
    if how == "mean":
        if len(entries) > TERMS:
            return f"mean of {len(entries)} entries = {out}"
        return f"({' + '.join(signed(e) for e in entries)}) / {len(entries)} = {out}"
    if len(entries) > TERMS:
        return f"sum of {len(entries)} products = {out}"
    return " + ".join(f"{signed(e)}·{signed(w)}" for e, w in zip(entries, weights, strict=True)) + f" = {out}"


def short(value: float) -> str:
    """At most three digits."""
    return number(float(f"{value:.3g}"))


def signed(value: float) -> str:
    """A negative number in parentheses."""
    return f"({short(value)})" if value < 0 else short(value)
