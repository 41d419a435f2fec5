"""What happened when, in lanes: copies to the GPU beside its computations, threads beside each other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from visuals.plots.captions import described, safe
from visuals.plots.inputs import several, shown, told
from visuals.plots.look import ORDER, SMALL, canvas, labels

HATCHES = ("", "///", "...", "xx", "\\\\\\", "++")
Interval = tuple[str, float, float, str]


def timeline(
    intervals: Iterable[tuple[str, float, float, str]],
    *,
    unit: str = "ms",
    ax: Any = None,
    theme: str = "auto",
) -> Any:
    """Bars in lanes over time: where bars of two lanes lie above each other, work overlaps.

    Args:
        intervals: (lane, start, stop, label) each; lanes stand in the order of their first interval.
        unit: of start and stop.
        ax, theme: as for `training_curves`.

    Returns:
        The axes. Time begins at the first start. A label that does not fit into its bar is left out.

    Raises:
        TypeError: intervals that are no such tuples.
        ValueError: none at all, times that are not finite, or a stop before its start.

    Example:
        >>> import matplotlib.pyplot as plt
        >>> from visuals.plots import caption
        >>> ax = timeline([("copy", 0, 2, "batch 1"), ("compute", 2, 6, "step 1"), ("copy", 2, 4, "batch 2")])
        >>> print(caption(ax))
        3 intervals in 2 lanes over 6 ms. Busy: copy 66.7 %, compute 66.7 %; at least two at once for 33.3 %
        of the time.
        >>> plt.close()
    """
    found = [checked(interval, k) for k, interval in enumerate(intervals)]
    if not found:
        raise ValueError('There are no intervals to draw; they look like ("copy", 0.0, 1.5, "batch 1").')
    begin, end = min(start for _, start, _, _ in found), max(stop for _, _, stop, _ in found)
    lanes = list(dict.fromkeys(lane for lane, *_ in found))
    ax, look = canvas(ax, theme, (8.0, 1.2 + 0.6 * len(lanes)))
    span = max(end - begin, 1e-300)
    letters = 12.5 * 8.0 / span  # characters of a label that fit into one unit of time
    for lane, start, stop, label in found:
        k = lanes.index(lane)
        colour = ORDER[k % len(ORDER)]
        ax.broken_barh(
            [(start - begin, stop - start)], (k - 0.38, 0.76), facecolor=look.mixed(colour, 0.3),
            edgecolor=look[colour], linewidth=1.2, hatch=HATCHES[k % len(HATCHES)],
        )  # fmt: skip
        text = safe(label)
        if text and len(text) + 1 <= letters * (stop - start):
            ax.text(
                (start + stop) / 2 - begin, k, text, ha="center", va="center", fontsize=SMALL,
                color=look["ink"],
                bbox={"facecolor": look["paper"], "edgecolor": "none", "alpha": 0.8, "pad": 1.2},
            )  # fmt: skip
    ax.set(xlim=(-0.01 * span, 1.01 * span), ylim=(len(lanes) - 0.5, -0.5))
    ax.set_yticks(range(len(lanes)), [safe(lane) for lane in lanes])
    ax.tick_params(axis="y", length=0, labelcolor=look["ink"])
    ax.grid(axis="x", color=look.mixed("line", 0.3), linewidth=0.7)
    ax.set_axisbelow(True)
    labels(ax, x=f"time in {safe(unit)}")
    shares, together = busy(found, lanes, span)
    each = ", ".join(f"{lane} {told(100 * share)} %" for lane, share in zip(lanes, shares, strict=True))
    more = f"; at least two at once for {told(100 * together)} % of the time" if len(lanes) > 1 else ""
    described(
        ax,
        f"{several(len(found), 'interval')} in {several(len(lanes), 'lane')} over "
        f"{told(end - begin)} {unit}. Busy: {each}{more}.",
    )
    return ax


def checked(interval: Any, k: int) -> Interval:
    """One interval, as it should be."""
    if not isinstance(interval, (tuple, list)) or len(interval) != 4:
        raise TypeError(
            f'Interval {k} should be (lane, start, stop, label), like ("copy", 0, 1.5, "batch 1"); it is '
            f"{shown(interval)}."
        )
    lane, start, stop, label = interval
    try:
        start, stop = float(start), float(stop)
    except (TypeError, ValueError):
        raise TypeError(f"Interval {k} starts and stops at numbers, not at {start!r} and {stop!r}.") from None
    if not np.isfinite([start, stop]).all():
        raise ValueError(f"Interval {k} of {lane!r} goes from {start} to {stop}: times are finite.")
    if stop < start:
        raise ValueError(f"Interval {k} of {lane!r} stops at {stop}, before it starts at {start}.")
    return str(lane), start, stop, str(label)


def busy(found: list[Interval], lanes: list[str], span: float) -> tuple[list[float], float]:
    """The share of the time in which each lane is busy, and in which at least two are.

    Example:
        >>> busy([("a", 0.0, 2.0, ""), ("b", 1.0, 4.0, "")], ["a", "b"], 4.0)
        ([0.5, 0.75], 0.25)
    """
    edges = np.unique([t for _, start, stop, _ in found for t in (start, stop)])
    at_work = np.zeros((len(lanes), max(len(edges) - 1, 0)), bool)
    for lane, start, stop, _ in found:
        at_work[lanes.index(lane)] |= (edges[:-1] >= start) & (edges[1:] <= stop)
    lengths = np.diff(edges) / span
    return [float(row @ lengths) for row in at_work], float((at_work.sum(axis=0) >= 2) @ lengths)
