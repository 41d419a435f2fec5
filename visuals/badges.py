"""What is put behind, around and on a box: the stack of a folded one, "×12", "nan", and marks of a comparison.

A mark has a colour, a dash and a sign: ≠ for what changed, + for what was added, − for what is missing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from visuals import text as words
from visuals.letters import Letters
from visuals.parts import MARKS
from visuals.pieces import Line, Outline, Piece, moved
from visuals.shapes import pill_radius, rounded

SIGNS = {"changed": "≠", "added": "+", "missing": words.MINUS}
_STEP, _INSET, _AROUND = 5.0, 8.0, 5.0


def stack(node: dict[str, Any], w: float, h: float, upright: bool) -> tuple[Piece, ...]:
    """The outlines behind a box: two of a folded one, one of a block that is repeated; from back to front.

    They rise above a box where the graph runs to the right, and beside it where it runs down: `upright` or not.
    """
    count = 2 if node.get("inside") else 1 if (node.get("times") or 1) > 1 else 0
    part, found = f"mg-kind-{node['kind']} .mg-behind", []
    radius = {"data": 8.0, "parameter": 1.0}.get(node["kind"], pill_radius(h))
    for k in range(count, 0, -1):
        dx, dy = (0.0, -_STEP * k) if upright else (_STEP * k, 0.0)
        narrow = (w - 2 * _INSET * k, h) if upright else (w, h - 2 * _INSET * k)
        outline = Outline(part, rounded(*narrow, min(radius, narrow[1] / 2)))
        found.append(moved(outline, dx, dy))
    return tuple(found)


def badges(
    node: dict[str, Any], shown: Sequence[dict[str, Any] | None], w: float, h: float, letters: Letters
) -> tuple[Piece, ...]:
    """What stands on the upper border of a box: how often it is repeated, what is not finite, how it is marked."""
    found: list[Piece] = []
    mark = node.get("mark")
    if mark in MARKS:
        ring = Outline(f"mg-mark-{mark}", rounded(w + 2 * _AROUND, h + 2 * _AROUND, 10.0), None, MARKS[mark])
        found.append(ring)
        side = pill_width(SIGNS[mark], letters)
        found += pill(SIGNS[mark], side / 2 - w / 2 - _AROUND, -h / 2, letters, f"mg-mark-{mark}-head")
    texts = [f"×{node['times']:,}"] if (node.get("times") or 1) > 1 else []
    texts += [sign for sign in ("nan", "∞") if any(sign == not_finite(summary) for summary in shown)]
    right = w / 2 - (18.0 if node["kind"] == "parameter" else 4.0)
    for text in texts:
        wide = pill_width(text, letters)
        found += pill(text, right - wide / 2, -h / 2, letters)
        right -= wide + 4.0
    return tuple(found)


def not_finite(summary: dict[str, Any] | None) -> str:
    """What of a value or gradient is not finite: "nan" before "∞", or nothing.

    >>> not_finite({"scalar": "inf"}), not_finite({"min": "nan", "max": "inf"}), not_finite({"scalar": 1.0})
    ('∞', 'nan', '')
    """
    numbers = [float(v) for k in ("scalar", "min", "max") if (v := (summary or {}).get(k)) is not None]
    if any(math.isnan(v) for v in numbers):
        return "nan"
    return "∞" if any(math.isinf(v) for v in numbers) else ""


def pill_width(text: str, letters: Letters) -> float:
    """How wide a badge with this text is."""
    return max(words.width(text, letters.small, True) + 12.0, letters.small + 8.0)


def pill(text: str, x: float, y: float, letters: Letters, part: str = "mg-badge") -> list[Piece]:
    """A badge with its centre at (x, y)."""
    high = letters.small + 8.0
    outline = moved(Outline(part, rounded(pill_width(text, letters), high, high / 2)), x, y)
    return [outline, Line("mg-badge-text", x, y + 0.36 * letters.small, text, "middle", letters.small)]
