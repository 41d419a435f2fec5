"""Whether two summaries tell the same numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

TOLD = ("scalar", "values", "min", "mean", "max", "norm", "thumbnail")


def entries(summary: dict[str, Any], keys: tuple[str, ...] = TOLD) -> np.ndarray:
    """All numbers of a summary, in one row. Infinite ones and NaN are words in a summary.

    >>> entries({"shape": [2], "values": [1.0, "nan"], "text": "…"})
    array([ 1., nan])
    """
    return np.array(list(flat([summary[key] for key in keys if summary.get(key) is not None])), dtype=float)


def flat(values: Any) -> Iterator[float]:
    """The numbers in nested lists."""
    if isinstance(values, list):
        for value in values:
            yield from flat(value)
    else:
        yield float(values)


def same(one: dict[str, Any] | None, other: dict[str, Any] | None, tolerance: float) -> bool:
    """Whether two summaries are of equal shape and numbers, up to `tolerance`, relative to the largest.

    >>> same({"shape": [], "scalar": 1.0}, {"shape": [], "scalar": 1.0 + 1e-12}, 1e-9), same(None, None, 0.0)
    (True, True)
    """
    if one is None or other is None or one["shape"] != other["shape"]:
        return one is None and other is None
    a, b = entries(one), entries(other)
    if a.shape != b.shape:
        return False
    finite = np.concatenate([a[np.isfinite(a)], b[np.isfinite(b)]])
    scale = float(np.abs(finite).max(initial=0.0))
    return bool(np.allclose(a, b, rtol=0.0, atol=tolerance * scale, equal_nan=True))
