"""A value in few words: what a picture, a sentence or a JSON file needs to know of an array."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minigrad.device import to_cpu
from minigrad.symbols import number

THUMBNAIL = 16  # rows and columns of the small picture of a large array
FULL = 64  # arrays of up to this many entries are kept entirely


def summarize(value: Any) -> dict[str, Any]:
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
    array = np.asarray(to_cpu(value))
    if array.dtype.kind == "c":  # a picture has one colour per entry: the magnitude
        size = size_text(array.shape)
        text = number(array.item()) if array.size == 1 else f"{size}, complex, of mean magnitude"
        about = summarize(np.abs(array).reshape(array.shape or (1,)))
        return about | {"text": text if array.size == 1 else f"{text} {about.get('text', '').split(' ')[-1]}"}
    about = {"shape": list(array.shape)}
    if array.size == 1:
        return about | {"text": number(array.item()), "scalar": plain(array.item())}
    size = size_text(array.shape)
    if array.size == 0:
        return about | {"text": f"{size}, empty", "thumbnail": [], "values": array.tolist()}
    with np.errstate(all="ignore"):
        wide = array.astype(np.float64)
        stats = {
            "min": wide.min(), "mean": wide.mean(), "max": wide.max(), "norm": np.sqrt(np.sum(wide * wide))
        }  # fmt: skip
        about |= {"text": f"{size}, mean {number(stats['mean'])}"}
        about |= {key: plain(x) for key, x in stats.items()} | {"thumbnail": plain(thumbnail(wide))}
    if array.size <= FULL:
        about["values"] = plain(array)
    return about


def size_text(shape: tuple) -> str:
    """A shape in words: 3 numbers, 2×3, one number."""
    if len(shape) < 2:
        return f"{shape[0]} numbers" if shape else "one number"
    return "×".join(map(str, shape))


def thumbnail(array: np.ndarray) -> np.ndarray:
    """At most 16 × 16 means of blocks. One axis gives one row; more than two are laid out in rows."""
    flat = array.reshape(1, -1) if array.ndim < 2 else array.reshape(-1, array.shape[-1])
    for axis in (0, 1):
        if flat.shape[axis] > THUMBNAIL:
            blocks = np.array_split(flat, THUMBNAIL, axis=axis)
            flat = np.stack([block.mean(axis=axis) for block in blocks], axis=axis)
    return flat


def plain(value: Any) -> Any:
    """Numbers that JSON can hold, in nested lists."""
    if isinstance(value, np.ndarray):
        return [plain(item) for item in value.tolist()] if value.ndim else plain(value.item())
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, (bool, int, np.bool_, np.integer)):
        return int(value)
    x = float(value)
    return x if math.isfinite(x) else "nan" if math.isnan(x) else "inf" if x > 0 else "-inf"
