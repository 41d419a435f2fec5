"""Datasets: rows to learn from, asked for by number.

With this module, one can
- put arrays side by side:         ArrayDataset(images, classes); PyTorch's name, TensorDataset, is the same
- pick some of the rows:           Subset(dataset, [0, 2, 4])
- write one's own:                 class Mine(Dataset) with __len__ and __getitem__

Anything with a length and numbered rows will do, a plain list of pairs too. A row is a tuple of parts (an image
and its class) or one part alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from minigrad.data.rows import numbers, row_index, rows_of, stacked


class Dataset(ABC):
    """Rows by number. A subclass says how many there are, `__len__`, and what row i is, `__getitem__(i)`.

    With threads, a `DataLoader` asks for several rows at once: `__getitem__` should only read.

    Example:
        >>> class Squares(Dataset):
        ...     def __len__(self): return 10
        ...     def __getitem__(self, i): return float(i), float(i * i)
        >>> Squares().rows([1, 3])
        (array([1., 3.]), array([1., 9.]))
    """

    @abstractmethod
    def __len__(self) -> int:
        """How many rows there are."""

    @abstractmethod
    def __getitem__(self, index: Any) -> Any:
        """Row `index`."""

    def rows(self, indices: Sequence[int] | np.ndarray) -> tuple:
        """Several rows, one array per part. Override this where many rows come faster together than one by one.

        Raises:
            ValueError: rows that do not stack, because their parts differ in number or shape.
        """
        return stacked([self[int(i)] for i in indices], indices)


class ArrayDataset(Dataset):
    """Arrays with the same number of rows, side by side: row k is the tuple of their k-th rows.

    Args:
        arrays: arrays, lists of numbers or Tensors; used where they are, not copied.

    Attributes:
        arrays: these arrays.

    `dataset[3]` is a row; `dataset[2:5]`, `dataset[[0, 4]]` and `dataset[mask]` are several, one array per part.

    Raises:
        ValueError: no arrays, or arrays with different numbers of rows.
        TypeError: something that is no array of numbers, or a Tensor that wants a gradient.

    Example:
        >>> dataset = ArrayDataset(np.eye(3), [7, 8, 9])
        >>> dataset[1]
        (array([0., 1., 0.]), np.int64(8))
        >>> dataset[1:][1]
        array([8, 9])
    """

    def __init__(self, *arrays: Any) -> None:
        self.arrays = tuple(numbers(a, f"Array {k} of the dataset") for k, a in enumerate(arrays))
        if not arrays or any(a.ndim == 0 for a in self.arrays):
            raise ValueError("A dataset needs at least one array, and every array needs an axis of rows.")
        if len({len(a) for a in self.arrays}) > 1:
            raise ValueError(
                f"All arrays need the same number of rows; these have {[len(a) for a in self.arrays]}."
            )

    def __len__(self) -> int:
        return len(self.arrays[0])

    def __getitem__(self, index: Any) -> tuple:
        which = row_index(index)
        return tuple(a[which] for a in self.arrays)

    def rows(self, indices: Any) -> tuple:
        """Several rows, one array per part: a copy."""
        return tuple(a[np.asarray(indices, dtype=np.intp)] for a in self.arrays)

    def __repr__(self) -> str:
        return f"ArrayDataset({', '.join(f'{a.dtype} {a.shape}' for a in self.arrays)})"


TensorDataset = ArrayDataset


class Subset(Dataset):
    """Some rows of another dataset, which is not copied.

    Args:
        dataset: any dataset.
        indices: the numbers of its rows, in the order in which they are wanted.

    Raises:
        IndexError: a row that the dataset does not have.
        TypeError: indices that are no whole numbers.

    Example:
        >>> Subset(ArrayDataset([10, 11, 12]), [2, 0])[:]
        (array([12, 10]),)
    """

    def __init__(self, dataset: Any, indices: Any) -> None:
        self.dataset = dataset
        chosen, n = row_index(indices if isinstance(indices, np.ndarray) else list(indices)), len(dataset)
        self.indices = np.arange(n)[chosen] if chosen.dtype == bool else chosen
        wrong = self.indices[(self.indices < -n) | (self.indices >= n)]
        if wrong.size:
            raise IndexError(f"The dataset has {n} rows, 0 … {n - 1}; there is no row {wrong[0]}.")

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: Any) -> Any:
        chosen = self.indices[row_index(index)]
        return rows_of(self.dataset, chosen) if np.ndim(chosen) else self.dataset[int(chosen)]

    def rows(self, indices: Any) -> tuple:
        """Several rows, one array per part."""
        return rows_of(self.dataset, self.indices[np.asarray(indices, dtype=np.intp)])

    def __repr__(self) -> str:
        return f"Subset of {len(self)} rows of {type(self.dataset).__name__}"
