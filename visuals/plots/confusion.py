"""The confusion matrix of a classifier, with samples of what it confused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from minigrad.device import to_cpu
from minigrad.operators import plain
from visuals.plots.captions import described, safe
from visuals.plots.cells import ink
from visuals.plots.inputs import numbers, same_length, several, shown, told
from visuals.plots.look import SMALL, canvas, labels, slanted

MOST = 20  # classes


def confusion_counts(true: Any, predicted: Any, classes: int | None = None) -> np.ndarray:
    """How often class i was taken for class j: counts[i, j].

    Args:
        true, predicted: integers from 0 on, (n,).
        classes: how many there are; by default as many as occur.

    Raises:
        TypeError: no integers.
        ValueError: none at all, different lengths, negative classes, or more than `classes`.

    Example:
        >>> confusion_counts([0, 1, 1, 1], [0, 1, 0, 1])
        array([[1, 0],
               [1, 2]])
    """
    rows, found = whole(true, "true"), whole(predicted, "predicted")
    same_length(true=rows, predicted=found)
    most = int(max(rows.max(), found.max())) + 1
    n = most if classes is None else classes
    if most > n:
        raise ValueError(f"Class {most - 1} occurs, but there are only {n} classes, from 0 on.")
    counts = np.zeros((n, n), int)
    np.add.at(counts, (rows, found), 1)
    return counts


def confusion_matrix(
    true: Any,
    predicted: Any,
    *,
    images: Any = None,
    classes: Sequence[str] | None = None,
    ax: Any = None,
    theme: str = "auto",
) -> Any:
    """How often each class was taken for which, a row per true class; beside each number of errors a sample
    of them.

    Args:
        true, predicted: integers from 0 on, (n,).
        images: (n, H, W) or (n, 1, H, W); of each kind of error, the first is shown. Square ones may be
            flat, (n, H · W).
        classes: their names.
        ax, theme: as for `training_curves`.

    Returns:
        The axes.

    Raises:
        TypeError: no integers.
        ValueError: different lengths, more than 20 classes, more classes than names, images of another shape.

    Example:
        >>> import matplotlib.pyplot as plt
        >>> from visuals.plots import caption
        >>> ax = confusion_matrix([0, 1, 1, 2, 2], [0, 1, 2, 2, 2], classes=["cat", "dog", "bird"])
        >>> print(caption(ax))
        Confusion matrix of 5 samples in 3 classes: 80 % are right. Most often, dog was taken for bird (1
            time).
        >>> plt.close()
    """
    counts = confusion_counts(true, predicted, None if classes is None else len(classes))
    n = len(counts)
    if n > MOST:
        raise ValueError(f"{n} classes do not fit on one page; at most {MOST} do. Show a part of them.")
    names = [safe(name, 80) for name in classes] if classes is not None else [str(k) for k in range(n)]
    rows, found = whole(true, "true"), whole(predicted, "predicted")
    pictures = None if images is None else squares(images, len(rows))
    side = max(4.2, 0.62 * n + 1.2)
    ax, look = canvas(ax, theme, (side, side))
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    image = ax.imshow(np.sqrt(shares), cmap=look.amounts, vmin=0, vmax=1.25)
    for (i, j), number in np.ndenumerate(counts):
        if not number:
            continue
        ground = image.to_rgba(np.sqrt(shares[i, j]))
        if pictures is not None and i != j:
            first = int(np.flatnonzero((rows == i) & (found == j))[0])
            ax.imshow(
                pictures[first], cmap=look.shades, extent=(j - 0.16, j + 0.44, i + 0.44, i - 0.16), zorder=3,
                interpolation="nearest",
            )  # fmt: skip
            ink(ax, look, j - 0.3, i - 0.3, str(number), ground, zorder=4)
        else:
            ink(ax, look, j, i, str(number), ground, zorder=4)
    ax.set(xlim=(-0.5, n - 0.5), ylim=(n - 0.5, -0.5))
    ax.set_xticks(range(n), names)
    if max(map(len, names)) > 4:
        slanted(ax)
    ax.set_yticks(range(n), names)
    ax.set_xticks(np.arange(-0.5, n), [], minor=True)
    ax.set_yticks(np.arange(-0.5, n), [], minor=True)
    ax.grid(which="minor", color=look.mixed("line", 0.35), linewidth=0.7, zorder=2)
    ax.tick_params(which="minor", length=0, labelsize=SMALL)
    right = float(np.trace(counts) / counts.sum())
    labels(ax, f"{told(100 * right)} % right", "predicted class", "true class")
    head = f"Confusion matrix of {counts.sum()} samples in {n} classes: {told(100 * right)} % are right."
    described(ax, head + worst(counts, classes or names))
    return ax


def worst(counts: np.ndarray, names: Sequence[str]) -> str:
    """The most frequent error, as a sentence."""
    errors = counts - np.diag(np.diag(counts))
    if not errors.any():
        return ""
    i, j = divmod(int(np.argmax(errors)), len(errors))
    times = int(errors[i, j])
    return f" Most often, {names[i]} was taken for {names[j]} ({several(times, 'time')})."


def whole(values: Any, what: str) -> np.ndarray:
    """Classes: integers from 0 on."""
    array = np.asarray(to_cpu(plain(values)))
    if array.dtype.kind not in "iu" and array.size:
        raise TypeError(
            f"{what} holds classes, integers from 0 on, not {shown(values)}. Of scores, "
            f"np.argmax(scores, axis=1) is the class."
        )
    if array.ndim != 1 or not array.size:
        raise ValueError(f"{what} should have shape (n,), one class per sample; it has shape {array.shape}.")
    if array.min() < 0:
        raise ValueError(f"{what} holds {array.min()}; classes are integers from 0 on.")
    return array.astype(int)


def squares(images: Any, n: int) -> np.ndarray:
    """Images as (n, H, W)."""
    array = numbers(images, "images", "(n, H, W)", "(n, 1, H, W)", "(n, H · W)")
    side = round(np.sqrt(array.shape[1])) if array.ndim == 2 else 0
    if array.ndim == 2 and side * side == array.shape[1]:
        array = array.reshape(len(array), side, side)
    if array.ndim == 4 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 3 or len(array) != n:
        raise ValueError(
            f"images should be ({n}, H, W), one per sample, of one channel; they have shape {array.shape}."
        )
    return array
