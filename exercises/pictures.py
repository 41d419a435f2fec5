"""Target against yours, at a glance: three small heat maps with their numbers, as HTML and as text.

With this module, one can
- notice a comparison where it is made:    notice("f(x)", target, yours, wrong)
- collect what was noticed:                with watching() as pairs: …
- show one:                                pair.html(), pair.text()

Only `exercises.check` watches. While grading nobody does, so hidden numbers never become a picture.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from html import escape

import numpy as np

MOST = 8  # rows and columns that are shown, around the worst entry
POSITIVE, NEGATIVE = "213,94,0", "0,114,178"  # Okabe–Ito, mixed into the page's own background
STRONGEST = 0.45  # of the shade: text on it stays readable in light and in dark themes

_watched: ContextVar[list[Pair] | None] = ContextVar("watched", default=None)


@dataclass(frozen=True)
class Pair:
    """Two arrays that should be equal.

    Attributes:
        what: what they are, e.g. "the gradient of x".
        target, yours: the numbers.
        wrong: which entries of yours are; of no use if the shapes differ.
    """

    what: str
    target: np.ndarray
    yours: np.ndarray
    wrong: np.ndarray

    @property
    def comparable(self) -> bool:
        return self.target.shape == self.yours.shape

    @property
    def right(self) -> bool:
        return self.comparable and not self.wrong.any()

    def maps(self) -> list[tuple[str, np.ndarray, np.ndarray]]:
        """(title, numbers, wrong) of each heat map: target, yours and, if the shapes agree, their difference."""
        wrong = _flat(self.wrong) if self.comparable else np.zeros((1, 1), dtype=bool)
        fine = np.zeros_like(wrong)
        if not self.comparable:
            pairs = (("target", self.target), ("yours", self.yours))
            return [(f"{title} {a.shape}", _flat(a), np.zeros(_flat(a).shape, bool)) for title, a in pairs]
        target, yours = _flat(self.target), _flat(self.yours)
        if self.right:
            return [("target", target, fine), ("yours: the same", yours, fine)]
        with np.errstate(all="ignore"):
            gap = np.where(wrong, yours - target, 0.0)
        return [("target", target, fine), ("yours", yours, wrong), ("yours − target", gap, wrong)]

    def windows(self) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
        """The maps, cut to the part around the worst entry if they are large."""
        row, column = self._worst()
        for title, numbers, wrong in self.maps():
            part = (_window(row, numbers.shape[0]), _window(column, numbers.shape[1]))
            yield title, numbers[part], wrong[part]

    def note(self) -> str:
        """What a window leaves out, and what the rows of an array with many axes are."""
        rows, columns = _flat(self.target).shape
        row, column = self._worst()
        parts = []
        for name, at, size in (("rows", row, rows), ("columns", column, columns)):
            if size > MOST:
                shown = _window(at, size)
                parts.append(f"{name} {shown.start} to {shown.stop - 1} of {size}")
        if self.target.ndim > 2:
            parts.append(f"shape {self.target.shape}, with all axes but the last one as rows")
        return "; ".join(parts)

    def _worst(self) -> tuple[int, int]:
        if not self.comparable or not self.wrong.any():
            return 0, 0
        wrong = _flat(self.wrong)
        with np.errstate(all="ignore"):
            gap = np.abs(_flat(self.yours) - _flat(self.target))
        gap = np.where(wrong, np.where(np.isfinite(gap), gap, np.inf), -1.0)
        row, column = np.unravel_index(int(np.argmax(gap)), gap.shape)
        return int(row), int(column)

    def text(self) -> str:
        """The maps side by side, in plain characters: `·` where nothing is wrong."""
        blocks = []
        for title, numbers, wrong in self.windows():
            is_gap = title.startswith("yours −")
            rows = [
                [
                    "·" if is_gap and not bad else _number(v) + ("✗" if bad and not is_gap else "")
                    for v, bad in zip(*both, strict=True)
                ]
                for both in zip(numbers, wrong, strict=True)
            ]
            width = max([len(entry) for row in rows for entry in row], default=1)
            lines = [title, *("  ".join(entry.rjust(width) for entry in row) for row in rows)]
            blocks.append([line.ljust(max(map(len, lines))) for line in lines])
        height = max(map(len, blocks))
        padded = [block + [" " * len(block[0])] * (height - len(block)) for block in blocks]
        lines = ["   │  ".join(parts).rstrip() for parts in zip(*padded, strict=True)]
        return "\n".join([*lines, *([f"({self.note()})"] if self.note() else [])])

    def html(self) -> str:
        """The maps as tables: shade for size and sign, numbers for everyone, a frame around what is wrong."""
        tables = "".join(_table(*window) for window in self.windows())
        note = f'<div style="font-size:.85em;opacity:.8">{escape(self.note())}</div>' if self.note() else ""
        head = f'<div style="font-size:.9em;margin-top:.4em">{escape(self.what)}</div>'
        side_by_side = "display:flex;flex-wrap:wrap;align-items:flex-start;gap:.4em 1.4em"
        return f'{head}<div style="{side_by_side}">{tables}</div>{note}'


def notice(what: str, target: np.ndarray, yours: np.ndarray, wrong: np.ndarray) -> None:
    """Remember a comparison, if anybody watches."""
    watched = _watched.get()
    if watched is not None:
        watched.append(Pair(what, np.asarray(target), np.asarray(yours), np.asarray(wrong)))


def watched() -> bool:
    """Whether anybody watches, so that work for a picture alone can be spared."""
    return _watched.get() is not None


@contextlib.contextmanager
def watching() -> Iterator[list[Pair]]:
    """Collects every comparison that is noticed inside.

    Example:
        >>> with watching() as pairs:
        ...     notice("z", np.array([1.0, 2.0]), np.array([1.0, 3.0]), np.array([False, True]))
        >>> print(pairs[0].text())
        target   │  yours     │  yours − target
        1  2     │   1  3✗    │  ·  1
    """
    pairs: list[Pair] = []
    token = _watched.set(pairs)
    try:
        yield pairs
    finally:
        _watched.reset(token)


def _flat(array: np.ndarray) -> np.ndarray:
    """As rows and columns."""
    rows = math.prod(array.shape[:-1]) if array.ndim > 1 else 1
    return array.reshape(rows, array.shape[-1] if array.ndim else 1)


def _window(at: int, size: int) -> slice:
    begin = min(max(0, at - MOST // 2), max(0, size - MOST))
    return slice(begin, min(size, begin + MOST))


def _number(value: float) -> str:
    return f"{value:.3g}".replace("e+0", "e").replace("e-0", "e-") if value else "0"


def _table(title: str, numbers: np.ndarray, wrong: np.ndarray) -> str:
    finite = np.abs(numbers[np.isfinite(numbers)])
    top = float(finite.max(initial=0.0)) or 1.0
    is_gap = title.startswith("yours −")
    rows = []
    for values, bad in zip(numbers, wrong, strict=True):
        cells = [_cell(float(v), bool(b), top, is_gap) for v, b in zip(values, bad, strict=True)]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    look = "caption-side:top;text-align:left;padding:0;white-space:nowrap;color:inherit"
    caption = f'<caption style="{look}">{escape(title)}</caption>'
    style = "color:inherit;border-collapse:separate;border-spacing:2px;margin:0;font-size:.85em"
    return f'<table style="{style}">{caption}<tbody>{"".join(rows)}</tbody></table>'


def _cell(value: float, bad: bool, top: float, is_gap: bool) -> str:
    finite = math.isfinite(value)
    alpha = STRONGEST * min(1.0, abs(value) / top) if finite else STRONGEST
    shade = (
        f"rgba({POSITIVE if value > 0 else NEGATIVE},{alpha:.2f})" if value or not finite else "transparent"
    )
    frame = "outline:2px solid currentColor;outline-offset:-2px;font-weight:bold;" if bad else ""
    text = "·" if is_gap and not bad else _number(value) + ("✗" if bad and not is_gap else "")
    look = f"background:{shade};{frame}padding:.15em .45em;text-align:right"
    return f'<td style="{look}">{text}</td>'
