"""The class statistics as a figure: scores of the class, and the share that passed each hidden test.

With this module, one can
- draw it:    png, words = class_figure(reports)
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np

from exercises.errors import plain_text
from exercises.grading.results import Report
from exercises.grading.statistics import statistics, summary

MOST = 60  # tests that a figure can show legibly


def class_figure(reports: Sequence[Report]) -> tuple[bytes, str]:
    """A PNG and its description in words.

    On the left how many submissions reached which share of the points; on the right a bar per test, hatched for
    those that did not pass it, so that nothing rests on colour.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from visuals.plots.look import SMALL, TEXT, TITLE, dress, looking

    rows = statistics(reports)[:MOST]
    look = looking("light")
    figure = Figure(figsize=(11, max(3.4, 0.34 * len(rows) + 1.4)), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    scores, tests = figure.subplots(1, 2, width_ratios=(1, 2))
    for ax in (scores, tests):
        dress(ax, look)

    shares = [100 * report.score / report.points for report in reports if report.points]
    scores.hist(shares, bins=np.linspace(0, 100, 11), color=look["negative"], edgecolor=look["paper"])
    scores.set_xlabel("score in % of the points", fontsize=TEXT, color=look["ink"])
    scores.set_ylabel("submissions", fontsize=TEXT, color=look["ink"])
    scores.set_title("Scores", fontsize=TITLE, color=look["ink"], loc="left")
    scores.yaxis.get_major_locator().set_params(integer=True)

    places = np.arange(len(rows))
    passed = np.array([100 * row.share for row in rows])
    tests.barh(places, passed, color=look["value"], label="passed")
    tests.barh(
        places, 100 - passed, left=passed, color=look["message-fill"], edgecolor=look["message-line"],
        hatch="///", linewidth=0, label="failed",
    )  # fmt: skip
    several = len({row.exercise for row in rows}) > 1
    names = [f"{row.exercise}: {row.title}" if several else row.title for row in rows]
    tests.set_yticks(places, [plain_text(name, 48).replace("$", r"\$") for name in names], fontsize=SMALL)
    for place, row in zip(places, rows, strict=True):
        tests.text(101, place, f"{row.passed} of {row.of}", va="center", fontsize=SMALL, color=look["ink"])
    tests.invert_yaxis()
    tests.set_xlim(0, 100)
    tests.set_xlabel("submissions in %", fontsize=TEXT, color=look["ink"])
    tests.set_title(
        "Hidden tests: passed, and failed (hatched)", fontsize=TITLE, color=look["ink"], loc="left"
    )
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=110, metadata={"Software": None})
    hardest = min(rows, key=lambda row: row.share, default=None)
    words = summary(reports) + (
        f" Hardest test: {hardest.title}, passed by {hardest.passed} of {hardest.of}." if hardest else ""
    )
    return stream.getvalue(), words
