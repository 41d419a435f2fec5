"""The table and the figures, with the name of the GPU and the date."""

from __future__ import annotations

import io
import statistics
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import matplotlib

from tests.benchmarks.gpu.clock import ratio
from tests.benchmarks.gpu.overlap import Overlap
from tests.benchmarks.gpu.tasks import Task

LIMIT, SHARE, HIDDEN = (
    1.1,
    0.7,
    0.9,
)  # the targets: × PyTorch on E and wider, of the product's rate, of the copies
WIDE = ("E", "W")
STYLES = {
    "minigrad": ("minigrad", "o", "#D55E00"),
    "minigrad_compiled": ("minigrad, compiled", "D", "#0072B2"),
    "torch_float32": ("PyTorch, no TF32", "s", "#009E73"),
}
INK, PAPER, GRID = "#1a1a1a", "#ffffff", "#cccccc"


class Row(NamedTuple):
    """What was measured of a task: seconds per step in each round, by engine; and why others were not."""

    task: Task
    seconds: Mapping[str, list[float]]
    missing: Mapping[str, str]


def document(
    head: Mapping[str, str], rows: Sequence[Row], rates: Mapping[int, float], overlapping: Overlap | None
) -> str:
    """The Markdown document."""
    lines = [
        "# What minigrad takes on a GPU",
        "",
        *[f"- **{name}**: {text}" for name, text in head.items()],
        "",
    ]
    lines += [
        "Training steps with momentum in float32, all data on the GPU. All engines are asked in turn, for repeats of "
        "about 0.1 s; medians, and ratios taken within a round, then their median. Loss and gradients of each "
        "engine's first step agree with those of minigrad on the CPU.",
        "",
    ]
    engines = list(dict.fromkeys(name for row in rows for name in (*row.seconds, *row.missing)))
    lines += table([["ms per step", *engines], *[cells(row, engines) for row in rows]])
    lines += [
        "",
        "## Targets",
        "",
        *table([["target", "found", ""], *verdicts(rows, rates, overlapping)]),
        "",
    ]
    lines += ["## The matrix product", "", "float32, " + head.get("precision", ""), ""]
    lines += table(
        [["n", "10¹² operations a second"], *[[str(n), f"{r / 1e12:.1f}"] for n, r in rates.items()]]
    )
    if overlapping:
        lines += [
            "",
            "## Copies beside steps",
            "",
            said(overlapping),
            "",
            f"![{told(overlapping)}](overlap.png)",
        ]
    return "\n".join(lines) + "\n"


def cells(row: Row, engines: Sequence[str]) -> list[str]:
    """One line of the table."""
    found = [f"{row.task.letter}: {row.task.title}"]
    for name in engines:
        if name in row.seconds:
            times = (
                ""
                if name == "torch" or "torch" not in row.seconds
                else f" ({ratio(row.seconds, name, 'torch'):.2f} ×)"
            )
            found.append(f"{statistics.median(row.seconds[name]) * 1e3:.3g}{times}")
        else:
            found.append(row.missing.get(name, "–"))
    return found


def verdicts(rows: Sequence[Row], rates: Mapping[int, float], overlapping: Overlap | None) -> list[list[str]]:
    """One line per target: what is asked, what was found, and whether that is enough."""
    found: list[list[str]] = []

    def add(target: str, value: float | None, met: bool, digits: str) -> None:
        found.append(
            [target, "–", "not measured"]
            if value is None
            else [target, digits, "met" if met else "**missed**"]
        )

    for row in rows:
        if row.task.letter in WIDE:
            ours = [name for name in row.seconds if "minigrad" in name and "torch" in row.seconds]
            value = min((ratio(row.seconds, name, "torch") for name in ours), default=None)
            add(f"{row.task.letter} ≤ {LIMIT} × PyTorch", value, (value or 9) <= LIMIT, f"{value or 0:.2f} ×")
        if row.task.letter == "W" and rates:
            best = min(min(row.seconds[name]) for name in row.seconds if "minigrad" in name)
            share = row.task.work / best / max(rates.values())
            add(f"W ≥ {SHARE:.0%} of the product's rate", share, share >= SHARE, f"{share:.0%}")
    if overlapping:
        longer = overlapping.step >= overlapping.copy
        value = overlapping.hidden if longer else None
        add(
            f"prefetch hides ≥ {HIDDEN:.0%} of the copies",
            value,
            longer and value >= HIDDEN,
            f"{value or 0:.0%}",
        )
    return found


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Markdown; the first row is the head."""
    head, *body = [f"| {' | '.join(row)} |" for row in rows]
    return [head, "|" + "---|" * len(rows[0]), *body]


def said(found: Overlap) -> str:
    """The overlap in one paragraph."""
    ms = {k: f"{v * 1e3:.2f} ms" for k, v in found.per_batch.items()}
    return (
        f"A batch has {found.bytes / 2**20:.0f} MiB. Its copy from pinned memory takes {found.copy * 1e3:.2f} ms "
        f"({found.bytes / found.copy / 1e9:.0f} GB/s), its step {found.step * 1e3:.2f} ms. A batch of an epoch takes "
        f"{ms[0]} with prefetch=0 and {ms[2]} with prefetch=2: {found.hidden:.0%} of the copies take no time of "
        "their own."
    )


def told(found: Overlap) -> str:
    """The figure of the overlap, for those who cannot see it."""
    return (
        "When copies and steps began and ended, on the GPU's clock. Above, prefetch=0: each step waits for the copy of "
        f"its batch. Below, prefetch=2: copies run beside steps; {found.hidden:.0%} of their time is hidden."
    )


def figure(rows: Sequence[Row], title: str) -> dict[str, bytes]:
    """The ratios to PyTorch as {"png": …, "svg": …}; nothing if PyTorch was not measured."""
    rows = [row for row in rows if "torch" in row.seconds]
    if not rows:
        return {}
    axes, files = canvas(len(rows) * 0.5 + 1.8)
    for k, row in enumerate(reversed(rows)):
        axes.axhline(k, color=GRID, linewidth=0.8, zorder=0)
        for name, (label, marker, colour) in STYLES.items():
            if name in row.seconds:
                axes.plot(
                    ratio(row.seconds, name, "torch"), k, marker, color=colour, label=label if not k else None
                )
    axes.axvline(1.0, color=INK, linewidth=1)
    axes.axvline(LIMIT, color=INK, linewidth=1, linestyle=":")
    axes.set_yticks(range(len(rows)), [f"{row.task.letter}: {row.task.title}" for row in reversed(rows)])
    axes.set_xscale("log")
    axes.set_xlabel("time as a multiple of PyTorch's (eager); dotted: the target for E and W")
    axes.set_title(title, fontsize=10)
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    return files()


def timeline(found: Overlap, title: str, shown: int = 6) -> dict[str, bytes]:
    """Copies and steps of some batches in the middle of an epoch, without and with prefetch."""
    axes, files = canvas(3.2)
    colours = {"copy": "#0072B2", "step": "#D55E00"}
    places = {(0, "copy"): 3.2, (0, "step"): 2.4, (2, "copy"): 0.8, (2, "step"): 0.0}
    for prefetch, spans in found.spans.items():
        steps = [span for span in spans if span[0] == "step"]
        middle = steps[len(steps) // 2 :][:shown]
        begun, ended = middle[0][1], middle[-1][2]
        for what, a, b in spans:
            if a < ended and b > begun:
                bar = [(max(a, begun) - begun, min(b, ended) - max(a, begun))]
                axes.broken_barh(bar, (places[prefetch, what], 0.6), color=colours[what], edgecolor=PAPER)
    names = [
        f"prefetch={prefetch}, {'copying' if what == 'copy' else 'computing'}" for prefetch, what in places
    ]
    axes.set_yticks([y + 0.3 for y in places.values()], names)
    axes.set_xlabel("milliseconds")
    axes.set_title(title, fontsize=10)
    return files()


def canvas(height: float) -> tuple[Any, Any]:
    """Axes to draw on, and a function that gives the finished files."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    style = {"svg.fonttype": "none", "svg.hashsalt": "minigrad", "font.size": 10}
    with matplotlib.rc_context(style):
        drawn = Figure(figsize=(9, height), layout="constrained", facecolor=PAPER)
        FigureCanvasAgg(drawn)
        axes = drawn.add_subplot(facecolor=PAPER)
        axes.spines[["top", "right"]].set_visible(False)

    def files() -> dict[str, bytes]:
        found = {}
        with matplotlib.rc_context(style):
            for kind in ("png", "svg"):
                target = io.BytesIO()
                drawn.savefig(
                    target, format=kind, dpi=150, metadata={"Date": None} if kind == "svg" else None
                )
                found[kind] = target.getvalue()
        return found

    return axes, files
