"""Splits: which rows are for training, which for testing.

With this module, one can
- split arrays:                    split(x, y, test=0.2)
- split any dataset, in parts:     random_split(dataset, [0.8, 0.1, 0.1])
- keep the share of each class:    split(x, y, stratified=True), random_split(…, stratify=classes)
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from minigrad.data.datasets import Subset, numbers
from minigrad.data.sampling import Rng, generator


class Split(NamedTuple):
    """Inputs and targets, for training and for testing: (x_train, y_train, x_test, y_test).

    Example:
        >>> Split([1], [2], [3], [4]).y_train
        [2]
    """

    x_train: Any
    y_train: Any
    x_test: Any
    y_test: Any


def split(
    x: Any,
    y: Any,
    test: float = 0.2,
    rng: Rng = 0,
    stratified: bool = False,
) -> Split:
    """Inputs and targets in random order, some kept for testing.

    Args:
        x, y: arrays with the same number of rows n.
        test: the share of rows kept for testing; ⌊n · test⌋ of them.
        rng: a seed or a generator; the same seed gives the same split.
        stratified: whether each class (value of y) has the same share in both parts, to within about a row.

    Returns:
        (x_train, y_train, x_test, y_test). That is not scikit-learn's order: use the names.

    Raises:
        ValueError: a share outside 0 … 1, one that leaves a part empty, or different numbers of rows.

    Example:
        >>> parts = split(np.arange(10), np.arange(10) % 2, test=0.4, stratified=True)
        >>> parts.x_train.shape, parts.y_test.sum()
        ((6,), np.int64(2))
    """
    x, y = numbers(x, "x"), numbers(y, "y")
    if x.shape[:1] != y.shape[:1] or not x.ndim:
        raise ValueError(f"x and y need the same number of rows; their shapes are {x.shape} and {y.shape}.")
    if not 0 < test < 1:
        raise ValueError(f"test is the share of rows kept for testing, between 0 and 1; it was {test}.")
    n = len(x) - int(len(x) * test)
    if n in (0, len(x)):
        raise ValueError(f"{test:g} of {len(x)} rows leaves one part empty.")
    order = shuffled(len(x), y if stratified else None, generator(rng))
    return Split(x[order[:n]], y[order[:n]], x[order[n:]], y[order[n:]])


def random_split(
    dataset: Any,
    parts: Sequence[float],
    rng: Rng = 0,
    stratify: Any = None,
) -> list[Subset]:
    """The rows of a dataset, dealt out at random.

    Args:
        dataset: anything with a length and numbered rows.
        parts: how many rows each part gets (whole numbers that add up to all of them), or which share (fractions
            that add up to 1).
        rng: a seed or a generator; the same seed gives the same parts.
        stratify: the class of each row; then each class has the same share in every part, to within about a row.

    Raises:
        ValueError: parts that do not add up, an empty part, or as many classes as rows are not given.

    Example:
        >>> from minigrad.data import ArrayDataset
        >>> [len(part) for part in random_split(ArrayDataset(np.arange(10)), [0.7, 0.2, 0.1])]
        [7, 2, 1]
    """
    ends = np.cumsum([0, *lengths(parts, len(dataset))])
    order = shuffled(len(dataset), stratify, generator(rng))
    return [Subset(dataset, order[a:b]) for a, b in pairwise(ends)]


def lengths(parts: Sequence[float], n: int) -> list[int]:
    """How many of n rows each part gets. What rounding down leaves over goes to the largest remainders.

    Raises:
        ValueError: parts that do not add up to n or to 1, or that are empty.

    Example:
        >>> lengths([0.5, 0.25, 0.25], 7)
        [3, 2, 2]
    """
    if all(isinstance(part, (int, np.integer)) for part in parts):
        counts = [int(part) for part in parts]
        if sum(counts) != n:
            raise ValueError(f"The parts {counts} add up to {sum(counts)}, but the dataset has {n} rows.")
    else:
        if abs(sum(parts) - 1) > 1e-9:
            raise ValueError(f"Fractions must add up to 1; {list(parts)} add up to {sum(parts):g}.")
        # 0.1 · 30 is 3.0000000000000004: what is whole but for rounding has no remainder.
        exact = np.round(np.asarray(parts, dtype=float) * n, 9)
        whole = np.floor(exact).astype(int)
        whole[np.argsort(whole - exact, kind="stable")[: n - whole.sum()]] += 1
        counts = whole.tolist()
    if min(counts, default=0) < 1:
        raise ValueError(f"Every part needs at least one row; {list(parts)} of {n} rows gives {counts}.")
    return counts


def shuffled(n: int, classes: Any, rng: np.random.Generator) -> np.ndarray:
    """0 … n-1 in random order; with classes, so that every stretch of it has each class's share.

    The c rows of a class are put at (0 + u)/c, (1 + u)/c, … with a random u in [0, 1), all rows are sorted by that
    place, and a stretch of the result has as many of them as its length says, to within about one.

    Raises:
        ValueError: not one class per row.

    Example:
        >>> labels = np.array([0, 0, 0, 0, 1, 1])
        >>> labels[shuffled(6, labels, np.random.default_rng(0))][:3].sum()
        np.int64(1)
    """
    order = rng.permutation(n)
    if classes is None:
        return order
    classes = np.asarray(classes)
    if classes.shape != (n,):
        raise ValueError(f"A stratified split needs one class per row, shape {(n,)}; got {classes.shape}.")
    _, member, counts = np.unique(classes[order], return_inverse=True, return_counts=True)
    grouped = np.argsort(member, kind="stable")
    rank = np.empty(n)
    rank[grouped] = np.arange(n) - np.repeat(np.cumsum(counts) - counts, counts)
    place = (rank + rng.random(len(counts))[member]) / counts[member]
    return order[np.argsort(place, kind="stable")]
