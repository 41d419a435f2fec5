"""Minibatches: the data in random order, a few rows at a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np


def batches(*arrays: np.ndarray, size: int, rng: np.random.Generator | None = None) -> Iterator[tuple]:
    """Go through `arrays` once, `size` rows at a time; the last batch may be smaller.

    Args:
        arrays: arrays with the same number of rows, e.g. images and labels.
        size: rows per batch.
        rng: shuffles the rows; None keeps their order.

    Raises:
        ValueError: arrays with different numbers of rows, or a size below 1.

    Example:
        >>> import numpy as np
        >>> [len(x) for (x,) in batches(np.arange(5), size=2)]
        [2, 2, 1]
    """
    rows = {len(a) for a in arrays}
    if len(rows) != 1:
        raise ValueError(f"All arrays need the same number of rows; these have {[len(a) for a in arrays]}.")
    if size < 1:
        raise ValueError(f"A batch needs at least one row; size is {size}.")
    n = rows.pop()
    order = np.arange(n) if rng is None else rng.permutation(n)
    for start in range(0, n, size):
        chosen = order[start : start + size]
        yield tuple(a[chosen] for a in arrays)
