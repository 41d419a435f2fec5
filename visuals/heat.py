"""Heat maps: the shade of every cell, and where it stands.

With this module, one can
- shade a map:     cells(heat, summary) -> (class, opacity) of each cell, row by row
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from visuals.pieces import Heat

OPACITY = {k / 100: f'fill-opacity="{k / 100:g}"' for k in range(101)}


@lru_cache
def grid_of_cells(rows: int, cols: int, w: float, h: float) -> list[str]:
    """Where the cells of a heat map stand, row by row, as attributes. Most maps of a graph have the same shape."""
    return [
        f'x="{col * w:.4g}" y="{row * h:.4g}" width="{w:.4g}" height="{h:.4g}"'
        for row in range(rows)
        for col in range(cols)
    ]


def cells(heat: Heat, summary: dict[str, Any] | None) -> list[tuple[str, float]]:
    """The class and the opacity of every cell, row by row; unknown or zero cells have no class.

    The strongest colour is the largest magnitude in the map. Behind numbers, all are weaker.
    """
    grid = (summary or {}).get("thumbnail")
    if not grid:
        return [("", 0.0)] * (heat.rows * heat.cols)
    flat = [float(entry) for row in grid for entry in row]
    finite = flat if math.isfinite(sum(flat)) else [v for v in flat if math.isfinite(v)]
    top = max(max(finite, default=0.0), -min(finite, default=0.0)) or 1.0
    found = [
        ("mg-pos", round(v / top, 2)) if v > 0 else ("mg-neg", round(-v / top, 2)) if v < 0 else ("", 0.0)
        for v in flat
    ]
    if finite is not flat:
        found = [cell if math.isfinite(v) else ("mg-nan", 1.0) for v, cell in zip(flat, found, strict=True)]
    if heat.tint < 1:
        found = [(css, round(opacity * heat.tint, 2)) for css, opacity in found]
    return found
