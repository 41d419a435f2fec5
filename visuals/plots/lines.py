"""Lines over steps, epochs or sizes; where a value cannot be drawn, there is a gap with a cross."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.ticker import LogFormatterSciNotation

from minigrad.symbols import number
from visuals.plots.look import Look

POINTS = 12  # about so many markers on a line


def draw_line(
    ax: Any, x: np.ndarray, y: np.ndarray, look: Look, k: int, label: str, log: bool = False
) -> Any:
    """The k-th line of a plot. What cannot be drawn becomes a gap, and a cross at the bottom of the axes.

    Args:
        x, y: as many numbers.
        log: whether the y axis is logarithmic, where 0 and what is below cannot be drawn either.

    Returns:
        The line.
    """
    bad = ~np.isfinite(y) | (log & (y <= 0))
    around = np.pad(bad, 1, constant_values=True)
    alone = ~bad & around[:-2] & around[2:]  # between two gaps there is no line: a marker must show the value
    alone[:: max(1, len(x) // POINTS)] = True
    style = look.series(k, every=np.flatnonzero(alone).tolist())
    (line,) = ax.plot(x, np.where(bad, np.nan, y), label=label, **style)
    if bad.any():
        reasons = {"0": (y == 0).any(), "below 0": (y < 0).any(), "not finite": not np.isfinite(y).all()}
        reason = " or ".join(
            name for name, found in reasons.items() if found and (log or name == "not finite")
        )
        ax.plot(
            x[bad], np.full(bad.sum(), 0.02), transform=ax.get_xaxis_transform(), linestyle="none",
            marker="x", color=style["color"], markersize=6, label=f"{label}: {reason}", clip_on=False,
            markevery=max(1, int(bad.sum()) // (2 * POINTS)),
        )  # fmt: skip
    return line


def mark(ax: Any, x: float, text: str, look: Look) -> None:
    """A vertical line at x. Its text is in the legend, where it covers nothing and nothing covers it."""
    ax.axvline(x, color=look["muted"], linestyle=":", linewidth=1.6, zorder=1, label=text)


def logarithmic(ax: Any, which: str) -> None:
    """Make the "x" or "y" axis logarithmic, with numbers written out: 0.6 and not 6 × 10⁻¹."""
    ax.set(**{f"{which}scale": "log"})
    axis = getattr(ax, f"{which}axis")
    axis.set_major_formatter(WrittenOut())
    axis.set_minor_formatter(WrittenOut(labelOnlyBase=False))


class WrittenOut(LogFormatterSciNotation):
    """Labels where matplotlib would put some, as numbers without a superscript."""

    def __call__(self, x: float, pos: Any = None) -> str:
        return number(x) if super().__call__(x, pos) else ""
