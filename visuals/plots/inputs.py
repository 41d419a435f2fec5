"""What plots are given, as plain NumPy arrays; what cannot be drawn is refused in one sentence.

With this module, one can
- read numbers:          numbers([0.9, None, tensor], "loss", "(epochs,)")
- say what is missing:   lost(values)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from minigrad.device import to_cpu
from minigrad.operators import plain
from minigrad.symbols import number


def numbers(values: Any, what: str, *shapes: str) -> np.ndarray:
    """Numbers as a float64 array: lists, arrays and Tensors on any device; None becomes NaN.

    Args:
        values: the numbers.
        what: what they are called in a message.
        shapes: what is allowed, as text: "(epochs,)", "(H, W)"; their commas are counted.

    Raises:
        TypeError: something that is no real number.
        ValueError: none at all, or another number of axes.

    Example:
        >>> numbers([1, None, 3.0], "loss", "(epochs,)")
        array([ 1., nan,  3.])
    """
    try:
        raw = np.asarray(bare(values))
        if raw.dtype.kind == "c":
            raise TypeError
        array = raw.astype(float)
    except (TypeError, ValueError):
        raise TypeError(f"{what}: real numbers can be drawn, not {shown(values)}.") from None
    allowed = [len([name for name in text.strip("()").split(",") if name.strip()]) for text in shapes]
    if allowed and array.ndim not in allowed:
        raise ValueError(f"{what} should have shape {' or '.join(shapes)}; it has shape {array.shape}.")
    if not array.size:
        raise ValueError(f"{what} is empty, of shape {array.shape}: there is nothing to draw.")
    return array


def bare(values: Any) -> Any:
    """Tensors and device arrays as NumPy arrays, also inside of lists; None as NaN."""
    if isinstance(values, (list, tuple)):
        return [bare(value) for value in values]
    return np.nan if values is None else to_cpu(plain(values))


def columns(values: Any, what: str, example: str) -> dict[str, Any]:
    """A non-empty dictionary with names as its keys.

    Raises:
        TypeError: no dictionary.
        ValueError: an empty one.
    """
    if not isinstance(values, Mapping):
        raise TypeError(f"{what} is a dictionary, {example}; it was {shown(values)}.")
    if not values:
        raise ValueError(f"{what} is empty: there is nothing to draw. It should look like {example}.")
    return {str(name): value for name, value in values.items()}


def same_length(**arrays: np.ndarray) -> None:
    """Refuse arrays of different lengths.

    Raises:
        ValueError: they are different.
    """
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {n}" for name, n in lengths.items())
        raise ValueError(f"These belong together entry by entry, but have different lengths: {told}.")


def lost(values: np.ndarray, what: str = "value") -> str:
    """A sentence for captions on what is not finite; empty if all is.

    Example:
        >>> lost(np.array([1.0, np.nan, np.inf]))
        ' 2 values are NaN or infinite and left out.'
    """
    n = int(np.sum(~np.isfinite(values)))
    return "" if not n else f" {n} {what}{'s are' if n > 1 else ' is'} NaN or infinite and left out."


def extent(values: np.ndarray, what: str) -> tuple[float, float]:
    """The smallest and the largest finite entry.

    Raises:
        ValueError: there is none.
    """
    finite = values[np.isfinite(values)]
    if not finite.size:
        raise ValueError(
            f"{what}: all {values.size} values are NaN or infinite, so there is nothing to draw."
        )
    return float(finite.min()), float(finite.max())


def several(n: int, word: str) -> str:
    """A number of things, in words.

    Example:
        >>> several(1, "step"), several(3, "step"), several(2, "batch")
        ('1 step', '3 steps', '2 batches')
    """
    ending = "es" if word.endswith(("tch", "s", "sh", "x")) else "s"
    return f"{n} {word}{ending if n != 1 else ''}"


def shown(value: Any) -> str:
    """A value in a message: its type, and its shape or the beginning of it."""
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple):
        return f"a {type(value).__name__} of shape {shape}"
    text = repr(value)
    return f"a {type(value).__name__}: {text[:40]}{'…' * (len(text) > 40)}"


def told(value: float) -> str:
    """A number in a caption, in three digits: 0.31, 1.2e−5."""
    return number(float(f"{value:.3g}"))
