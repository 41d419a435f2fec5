"""A value in few words: what a picture, a sentence or a JSON file needs to know of an array."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from minigrad.device import to_cpu
from minigrad.symbols import number

THUMBNAIL = 16  # rows and columns of the small picture of a large array
FULL = 64  # arrays of up to this many entries are kept entirely


Summary = dict[str, Any]


def summarize(value: Any) -> Summary:
    """Describe a number or array as JSON-able data; large arrays are summarised, never dumped.

    Returns:
        shape and text; for one entry also `scalar`; else `min`, `mean`, `max`, `norm`, a `thumbnail` of at
        most 16 × 16 block means, and all `values` if there are at most 64. What is not finite becomes the
        string "nan", "inf" or "-inf", because JSON has no such numbers.

    Example:
        >>> import numpy as np
        >>> summarize(np.float64(-4))
        {'shape': [], 'text': '−4', 'scalar': -4.0}
    """
    if type(value) is np.float64:  # in graphs of scalars, nearly always
        return {"shape": [], "text": number(value), "scalar": plain(float(value))}
    array = np.asarray(to_cpu(value))
    if array.dtype.kind == "c":  # a picture has one colour per entry: the magnitude
        size = size_text(array.shape)
        text = number(array.item()) if array.size == 1 else f"{size}, complex, of mean magnitude"
        about = summarize(np.abs(array).reshape(array.shape or (1,))) | {"shape": list(array.shape)}
        return about | {"text": text if array.size == 1 else f"{text} {about['text'].split(' ')[-1]}"}
    shape = list(array.shape)
    if array.size == 1:
        return {"shape": shape, "text": number(array.item()), "scalar": plain(array.item())}
    if array.size == 0:
        return {
            "shape": shape,
            "text": f"{size_text(shape)}, empty",
            "thumbnail": [],
            "values": array.tolist(),
        }
    few = of_few(array, shape) if array.size <= FULL and array.dtype.kind == "f" else None
    if few is not None:
        return few
    with np.errstate(all="ignore"):
        wide = array.astype(np.float64)
        flat = wide.reshape(-1)
        mean = np.add.reduce(flat) / flat.size
        about = {
            "shape": shape,
            "text": f"{size_text(shape)}, mean {number(mean)}",
            "min": plain(np.minimum.reduce(flat)),
            "mean": plain(mean),
            "max": plain(np.maximum.reduce(flat)),
            "norm": plain(np.sqrt(np.add.reduce(flat * flat))),
            "thumbnail": plain(thumbnail(wide)),
        }
    return about | {"values": plain(array)} if array.size <= FULL else about


def of_few(array: np.ndarray, shape: list[int]) -> Summary | None:
    """The same for a few finite numbers, with which Python is several times quicker than NumPy."""
    entries = array.ravel().tolist()
    mean = sum(entries) / len(entries)
    if not math.isfinite(mean):
        return None
    values = array.tolist()
    grid = [values] if len(shape) == 1 else values
    return {
        "shape": shape,
        "text": f"{size_text(shape)}, mean {number(mean)}",
        "min": min(entries),
        "mean": mean,
        "max": max(entries),
        "norm": plain(math.hypot(*entries)),
        "thumbnail": grid
        if len(shape) < 3 and max(shape) <= THUMBNAIL
        else plain(thumbnail(array.astype(float))),
        "values": values,
    }


def size_text(shape: Sequence[int]) -> str:
    """A shape in words: 3 numbers, 2×3, one number."""
    if len(shape) < 2:
        return f"{shape[0]} numbers" if shape else "one number"
    return "×".join(map(str, shape))


def thumbnail(array: np.ndarray) -> np.ndarray:
    """At most 16 × 16 means of blocks. One axis gives one row; more than two are laid out in rows."""
    flat = array.reshape(1, -1) if array.ndim < 2 else array.reshape(-1, array.shape[-1])
    for axis in (0, 1):
        n = flat.shape[axis]
        if n > THUMBNAIL:
            sizes = n // THUMBNAIL + (
                np.arange(THUMBNAIL) < n % THUMBNAIL
            )  # the first blocks are the larger ones
            sums = np.add.reduceat(flat, np.cumsum(sizes) - sizes, axis=axis)
            flat = sums / (sizes[:, None] if axis == 0 else sizes)
    return flat


def plain(value: Any) -> Any:
    """Numbers that JSON can hold, in nested lists."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "f" and not np.isfinite(value).all():
            return plain(value.tolist())
        return value.astype(int).tolist() if value.dtype.kind == "b" else value.tolist()
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, (bool, int, np.bool_, np.integer)):
        return int(value)
    x = float(value)
    return x if math.isfinite(x) else "nan" if math.isnan(x) else "inf" if x > 0 else "-inf"
