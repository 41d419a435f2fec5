"""What pictures of a loss of two parameters share: contours, the ways through them, and both in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib import patheffects
from matplotlib.colors import PowerNorm

from visuals.plots.inputs import extent, numbers, told
from visuals.plots.landscapes import Loss, number_of
from visuals.plots.look import Look, colourbar

LEVELS = 18
BEND = (
    1 / 3
)  # colours and contours are spaced by the cube root: valleys show beside walls a thousand times as high
NAMES = ("w₀", "w₁")


def contours(ax: Any, look: Look, xs: Any, ys: Any, values: np.ndarray, bar: bool) -> None:
    """Filled contours, pale so that ways stand out from them, with lines between them, and a bar."""
    low, high = extent(values, "The loss on this grid")
    norm = bent(low, high)
    levels = norm.inverse(np.linspace(0, 1, LEVELS))
    shown = np.ma.masked_invalid(values)
    filled = ax.contourf(xs, ys, shown, levels, cmap=look.hills, norm=norm)
    # the lowest line would break into pieces where the valley is narrower than the grid
    ax.contour(xs, ys, shown, levels[3:], colors=[look["line"]], linewidths=0.5)
    if bar:
        made = colourbar(filled, ax, look, "loss", ticks=levels[:: LEVELS // 6])
        made.ax.set_yticklabels([told(level) for level in levels[:: LEVELS // 6]])


def bent(low: float, high: float) -> PowerNorm:
    """Colours by the cube root of the height above the lowest point."""
    return PowerNorm(BEND, low, high if high > low else low + 1.0)


def draw_path(ax: Any, look: Look, k: int, way: np.ndarray, name: str) -> Any:
    """A way from its start, a large marker, over a dot for each step to its end, a star.

    Returns:
        The line, the dots and the star.
    """
    rim = [patheffects.withStroke(linewidth=3.5, foreground=look["paper"])]
    style = look.series(k, every=[0]) | {"markersize": 7, "linewidth": 1.6}
    (line,) = ax.plot(*way.T, label=name, path_effects=rim, **style)
    colour = style["color"]
    (dots,) = ax.plot(*way.T, ".", color=colour, markersize=3.5, zorder=4)
    last = way[np.isfinite(way).all(axis=1)][-1:]
    (star,) = ax.plot(*last.T, "*", color=colour, markeredgecolor=look["paper"], markersize=14, zorder=5)
    return line, dots, star


def grid(limits: Any, axis: str, points: int) -> np.ndarray:
    """Evenly spaced places between two limits."""
    ends = numbers(limits, axis, "(2,)")
    if ends.shape != (2,) or not ends[0] < ends[1]:
        raise ValueError(f"{axis} goes from a smaller to a larger number, like (-2, 2); it was {limits!r}.")
    return np.linspace(ends[0], ends[1], points)


def path_of(path: Any, name: str) -> np.ndarray:
    """Points (steps + 1, 2) of which at least one is finite."""
    way = numbers(path, f"paths[{name!r}]", "(steps, 2)")
    if way.shape[1] != 2:
        raise ValueError(f"paths[{name!r}] should have shape (steps, 2); it has shape {way.shape}.")
    extent(way, f"paths[{name!r}]")
    return way


def landscape(xs: Any, ys: Any, values: np.ndarray, names: tuple[str, str]) -> str:
    """The first sentence of a caption."""
    low, high = extent(values, "The loss on this grid")
    row, column = np.unravel_index(np.argmin(np.where(np.isfinite(values), values, np.inf)), values.shape)
    sides = (f"{name} from {told(a[0])} to {told(a[-1])}" for name, a in zip(names, (xs, ys), strict=True))
    lowest = f"({told(xs[column])}, {told(ys[row])})"
    return f"Loss for {' and '.join(sides)}: between {told(low)} and {told(high)}, lowest at {lowest}."


def ends(loss: Loss, ways: Mapping[str, np.ndarray]) -> str:
    """Where the ways end, as a sentence."""
    told_ends = []
    for name, way in ways.items():
        n = int(np.isfinite(way).all(axis=1).sum())
        last = number_of(loss(way[n - 1]))
        told_ends.append(f"{name} at {told(last)}" + ("" if n == len(way) else f", then leaves (step {n})"))
    return f" After {max(map(len, ways.values())) - 1} steps: {'; '.join(told_ends)}." if ways else ""
