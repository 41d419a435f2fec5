"""Timelines: bars, labels, and how much overlaps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from visuals.plots import caption, timeline

INTERVALS = [
    ("copy", 10.0, 12.0, "batch 1"),
    ("compute", 12.0, 16.0, "step 1"),
    ("copy", 12.0, 14.0, "batch 2"),
]


def test_bars_lie_in_their_lanes_from_the_first_start_on() -> None:
    ax = timeline(INTERVALS, unit="µs")
    boxes = [bar.get_paths()[0].get_extents() for bar in ax.collections]
    assert [(box.x0, box.x1) for box in boxes] == [(0, 2), (2, 6), (2, 4)]
    assert [round((box.y0 + box.y1) / 2) for box in boxes] == [0, 1, 0]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["copy", "compute"]
    assert ax.get_xlabel() == "time in µs"
    assert [t.get_text() for t in ax.texts] == ["batch 1", "step 1", "batch 2"]
    assert len({bar.get_hatch() for bar in ax.collections}) == 2


def test_labels_that_do_not_fit_are_left_out() -> None:
    ax = timeline([("a", 0.0, 100.0, "long"), ("b", 0.0, 1.0, "short")])
    assert [t.get_text() for t in ax.texts] == ["long"]


def test_the_caption_tells_what_overlaps() -> None:
    text = caption(timeline(INTERVALS))
    assert text.endswith("Busy: copy 66.7 %, compute 66.7 %; at least two at once for 33.3 % of the time.")
    assert "at once" not in caption(timeline(INTERVALS[:1]))
    twice = [("a", 0, 2, ""), ("a", 1, 3, ""), ("b", 3, 4, "")]  # a lane is busy once, however often
    assert "Busy: a 75 %, b 25 %; at least two at once for 0 %" in caption(timeline(twice))


def test_an_instant_can_be_drawn() -> None:
    ax = timeline([("event", 3.0, 3.0, "now")])
    ax.figure.draw_without_rendering()
    assert "over 0 ms" in caption(ax)


@pytest.mark.parametrize(
    ("intervals", "message"),
    [
        ([], 'There are no intervals to draw; they look like .*"copy"'),
        ([("copy", 1.0, 2.0)], r"Interval 0 should be \(lane, start, stop, label\)"),
        (["copy"], "Interval 0 should be"),
        ([("copy", 2.0, 1.0, "")], "Interval 0 of 'copy' stops at 1.0, before it starts at 2.0"),
        ([("copy", 0.0, np.nan, "")], "Interval 0 of 'copy' goes from 0.0 to nan: times are finite"),
        ([("copy", "a", 1.0, "")], "Interval 0 starts and stops at numbers, not at 'a' and 1.0"),
    ],
)
def test_intervals_that_are_none(intervals: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        timeline(intervals)
