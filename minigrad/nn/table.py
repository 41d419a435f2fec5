"""A table that can be looked at: aligned text in a terminal, HTML in a notebook."""

from __future__ import annotations

from collections.abc import Sequence


class Table:
    """Rows of text under a head, the last columns aligned to the right.

    Args:
        head: names of the columns.
        rows: one text per column.
        foot: a line below the table.
        numbers: how many columns, from the right, hold numbers.

    Example:
        >>> Table(["epoch", "loss"], [["1", "0.5"], ["10", "0.25"]], numbers=1)
        epoch  loss
        -----------
        1       0.5
        10     0.25
    """

    def __init__(
        self, head: Sequence[str], rows: Sequence[Sequence[str]], foot: str = "", numbers: int = 0
    ) -> None:
        self.head, self.rows, self.foot = list(head), [list(row) for row in rows], foot
        self.first_number = len(self.head) - numbers

    def __repr__(self) -> str:
        widths = [max(len(row[k]) for row in (self.head, *self.rows)) for k in range(len(self.head))]
        lines = [self._line(row, widths) for row in (self.head, *self.rows)]
        lines.insert(1, "-" * max(map(len, lines)))
        return "\n".join([*lines, *([lines[1], self.foot] if self.foot else [])])

    def _line(self, row: list[str], widths: list[int]) -> str:
        cells = zip(row, widths, strict=True)
        aligned = [
            text.rjust(width) if k >= self.first_number else text.ljust(width)
            for k, (text, width) in enumerate(cells)
        ]
        return "  ".join(aligned).rstrip()

    def _repr_html_(self) -> str:
        from html import escape  # a millisecond that an import of minigrad need not take

        head = "".join(self._cell("th", k, text) for k, text in enumerate(self.head))
        rows = "".join(
            f"<tr>{''.join(self._cell('td', k, text) for k, text in enumerate(row))}</tr>"
            for row in self.rows
        )
        foot = f"<p>{escape(self.foot)}</p>" if self.foot else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{foot}"

    def _cell(self, tag: str, k: int, text: str) -> str:
        from html import escape

        side = "right" if k >= self.first_number else "left"
        return f'<{tag} style="text-align:{side};white-space:pre">{escape(text)}</{tag}>'
