"""What happened in a training, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minigrad.nn.table import Table


class History(dict):
    """Per quantity ("loss", "validation_loss", …) a list with one number per epoch: a dict of lists.

    Args:
        columns: such a dict, e.g. one that was saved; the lists are copied.

    Attributes:
        remark: why the training ended before its last epoch, and which weights were put back; mostly empty.

    Raises:
        ValueError: lists of different lengths.

    Example:
        >>> history = History({"loss": [0.9]})
        >>> history.append({"loss": 0.5, "accuracy": 0.75})
        >>> history
        epoch  loss  accuracy
        ---------------------
            1   0.9         —
            2   0.5      0.75
        >>> history["loss"], len(history["accuracy"]), history.epochs
        ([0.9, 0.5], 2, 2)
    """

    def __init__(self, columns: Mapping[str, list] | None = None) -> None:
        super().__init__({name: list(numbers) for name, numbers in (columns or {}).items()})
        lengths = {name: len(numbers) for name, numbers in self.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(
                f"A history has one number per epoch in each of its lists; these have {lengths}."
            )
        self.remark = ""

    @property
    def epochs(self) -> int:
        """How many epochs there were."""
        return max(map(len, self.values()), default=0)

    def append(self, row: Mapping[str, float]) -> None:
        """Add an epoch. What is new or missing in it is None in the other epochs, or in this one."""
        n = self.epochs
        for name in (*self, *row):
            column = self.setdefault(name, [None] * n)
            if len(column) == n:
                column.append(row.get(name))

    def table(self) -> Table:
        """The numbers as a table, one row per epoch."""
        columns = [[text(value) for value in numbers] for numbers in self.values()]
        rows = [[str(k + 1), *row] for k, row in enumerate(zip(*columns, strict=True))]
        return Table(["epoch", *self], rows, self.remark, numbers=1 + len(self))

    def __repr__(self) -> str:
        return repr(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def text(value: Any) -> str:
    """A number in four digits; a dash where there is none."""
    return "—" if value is None else f"{value:.4g}"
