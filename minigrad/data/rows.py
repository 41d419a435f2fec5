"""Rows of a dataset: which are asked for, and how several become one array per part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from minigrad.device import of
from minigrad.tensor import Tensor


def check_dataset(dataset: Any) -> None:
    """Refuse what has no length or no numbered rows.

    Raises:
        TypeError: it lacks one of them.

    Example:
        >>> check_dataset([1, 2, 3])
    """
    missing = [name for name in ("__len__", "__getitem__") if not hasattr(dataset, name)]
    arrays = isinstance(dataset, tuple) and any(
        np.ndim(part) > 0 for part in dataset if hasattr(part, "shape")
    )
    if missing or arrays or isinstance(dataset, (dict, np.ndarray, Tensor)):
        raise TypeError(
            f"A {type(dataset).__name__} is no dataset: one has a length and gives its rows by number. "
            f"For arrays write DataLoader(ArrayDataset(x, y), …); for anything else, list(…) it first."
        )


def rows_of(dataset: Any, indices: Any) -> tuple:
    """Several rows of anything that has rows, one array per part.

    Raises:
        ValueError: rows that do not stack.

    Example:
        >>> rows_of([(1.0, 0), (2.0, 1), (3.0, 0)], [0, 2])
        (array([1., 3.]), array([0, 0]))
    """
    several = getattr(dataset, "rows", None)
    if several is None:
        return stacked([dataset[int(i)] for i in indices], indices)
    result = several(indices)
    return result if isinstance(result, tuple) else (result,)


def stacked(rows: list, indices: Any) -> tuple:
    """Rows, one by one, as one array per part. A tuple is a row of several parts; anything else is one part.

    Raises:
        ValueError: rows that differ in their number of parts, or parts that differ in shape.

    Example:
        >>> stacked([(1, 10), (2, 20)], indices=[0, 1])
        (array([1, 2]), array([10, 20]))
    """
    if not rows:
        raise ValueError("No rows were asked for, so there is nothing to stack.")
    rows = [row if isinstance(row, tuple) else (row,) for row in rows]
    for row, i in zip(rows, indices, strict=True):
        if len(row) != len(rows[0]):
            raise ValueError(f"Row {indices[0]} has {len(rows[0])} parts and row {i} has {len(row)}.")
    return tuple(stacked_part(part, k, indices) for k, part in enumerate(zip(*rows, strict=True)))


def stacked_part(values: Sequence[Any], part: int, indices: Any) -> Any:
    """Part `part` of all rows in one array.

    Raises:
        ValueError: values of different shapes.

    Example:
        >>> stacked_part([[1, 2], [3, 4]], part=0, indices=[0, 1])
        array([[1, 2], [3, 4]])
    """
    arrays = [numbers(v, f"Part {part} of row {i}") for v, i in zip(values, indices, strict=True)]
    for array, i in zip(arrays, indices, strict=True):
        if array.shape != arrays[0].shape:
            raise ValueError(
                f"Rows of one batch need one shape. Part {part} has shape {arrays[0].shape} in row {indices[0]} "
                f"and {array.shape} in row {i}: crop or pad them in __getitem__."
            )
    return np.stack(arrays)


def numbers(value: Any, what: str) -> Any:
    """The value as an array of numbers, on the device where it is.

    Raises:
        TypeError: no numbers, or a Tensor that wants a gradient.
        ValueError: nested lists that make no array.

    Example:
        >>> numbers([1, 2], "x")
        array([1, 2])
    """
    if isinstance(value, Tensor):
        if value.requires_grad:
            raise TypeError(
                f"{what} is a Tensor that wants a gradient, and none would arrive through a dataset: "
                f"write {value.name or 'x'}.detach()."
            )
        value = value.data
    if of(value) != "cuda":
        try:
            value = np.asarray(value)
        except ValueError as error:
            raise ValueError(f"{what} does not make one array of numbers: {error}") from None
    if value.dtype.kind not in "biufc":
        raise TypeError(f"{what} holds {value.dtype}, which are no numbers; give each value a number.")
    return value


def row_index(index: Any) -> Any:
    """An index of rows as NumPy understands it: a whole number, a slice, or an array of numbers or of truth values.

    Raises:
        TypeError: an index of something else, such as rows and columns at once.

    Example:
        >>> row_index([2, 0])
        array([2, 0])
    """
    if isinstance(index, slice) or (isinstance(index, (int, np.integer)) and not isinstance(index, bool)):
        return index
    if not isinstance(index, (list, np.ndarray, range)):
        raise TypeError(
            f"Rows are asked for by a number, a slice or an array of numbers; {index!r} is none of these."
        )
    array = np.asarray(index)
    if array.size == 0 and array.ndim == 1:
        return array.astype(np.intp)
    if array.ndim != 1 or array.dtype.kind not in "iub":
        raise TypeError(
            f"Several rows are asked for by an array of whole numbers or truth values with one axis; "
            f"this one has shape {array.shape} and holds {array.dtype}."
        )
    return array
