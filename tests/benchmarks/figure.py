"""The figure: how long each peer takes beside PyTorch, workload by workload."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import matplotlib

from tests.benchmarks.results import Outcome


class Style(NamedTuple):
    label: str
    marker: str
    colour: str  # Okabe & Ito (2008)


STYLES = {
    "hand": Style("NumPy by hand", "|", "#000000"),
    "minigrad": Style("minigrad", "o", "#D55E00"),
    "minigrad_compiled": Style("minigrad, compiled", "D", "#0072B2"),
    "minigrad_compiled_tuned": Style("compiled, malloc tuned", "v", "#56B4E9"),
    "micrograd": Style("micrograd", "s", "#CC79A7"),
    "micrograd_limit": Style("micrograd", "s", "#CC79A7"),
    "autograd": Style("HIPS autograd", "X", "#8A6D00"),
    "jax_jit": Style("JAX, compiled", "P", "#009E73"),
}
INK, PAPER, GRID = "#1a1a1a", "#ffffff", "#cccccc"
BESIDE = "torch"


def ratios(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    """By workload and peer, how many times as long as PyTorch."""
    rows = {}
    for outcome in outcomes:
        found = {peer: outcome.ratio(peer, BESIDE) for peer in STYLES}
        row = {peer: value for peer, value in found.items() if value is not None}
        if row and outcome.workload.short:
            rows[outcome.workload.letter] = row
    return rows


def limits(outcome: Outcome) -> dict[str, float]:
    """The strictest target of each peer in the figure, as a multiple of PyTorch's time."""
    found: dict[str, float] = {}
    for target in outcome.workload.targets:
        base = outcome.ratio(target.against, BESIDE) if target.against else None
        if target.peer in STYLES and base is not None:
            found[target.peer] = min(found.get(target.peer, float("inf")), target.at_most * base)
    return found


def alternative(rows: Mapping[str, Mapping[str, float]]) -> str:
    """The figure in words, for those who cannot see it."""
    told = []
    for letter, row in rows.items():
        each = ", ".join(f"{STYLES[peer].label} {value:.2g}" for peer, value in row.items())
        told.append(f"{letter}: {each}")
    return "Time as a multiple of PyTorch's, one thread, by workload. " + "; ".join(told) + "."


def draw(outcomes: Sequence[Outcome], subtitle: str) -> dict[str, bytes]:
    """The figure as {"png": …, "svg": …}; nothing if PyTorch was not measured."""
    rows = ratios(outcomes)
    if not rows:
        return {}
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    style = {"svg.fonttype": "none", "svg.hashsalt": "minigrad", "text.color": INK, "axes.labelcolor": INK}
    style |= {"xtick.color": INK, "ytick.color": INK, "axes.edgecolor": INK, "font.size": 10}
    with matplotlib.rc_context(style):
        figure = Figure(figsize=(8.5, 1.9 + 0.5 * len(rows)), layout="constrained", facecolor=PAPER)
        FigureCanvasAgg(figure)
        axes = figure.add_subplot(facecolor=PAPER)
        place = {letter: len(rows) - 1 - k for k, letter in enumerate(rows)}
        for letter, row in rows.items():
            axes.axhline(place[letter], color=GRID, linewidth=0.8, zorder=0)
            for peer, value in row.items():
                style_of = STYLES[peer]
                large = 14 if style_of.marker == "|" else 8
                axes.plot(
                    value, place[letter], style_of.marker, color=style_of.colour, markersize=large,
                    markeredgewidth=2.5 if style_of.marker == "|" else 0.8, label=style_of.label,
                )  # fmt: skip
        for outcome in outcomes:
            for peer, value in limits(outcome).items() if outcome.workload.letter in rows else ():
                axes.annotate(
                    "", (value, place[outcome.workload.letter]), xytext=(0, 13), textcoords="offset points",
                    arrowprops={"arrowstyle": "-|>", "color": STYLES[peer].colour, "shrinkB": 4},
                )  # fmt: skip
        axes.axvline(1, color=INK, linewidth=1.2)
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.grid(axis="x", which="both", color=GRID, linewidth=0.5)
        axes.set_yticks(list(place.values()), [named(outcomes, letter) for letter in place])
        axes.set_ylim(-0.6, len(rows) - 0.3)
        axes.set_xlabel("time as a multiple of PyTorch's (1 = vertical line); an arrow points at a target")
        axes.set_title(f"One thread, CPU time\n{subtitle}", fontsize=9, loc="left")
        handles = dict(zip(*axes.get_legend_handles_labels()[::-1], strict=True))
        figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=4, frameon=False)
        files = {}
        for kind, facts in (("png", {}), ("svg", {"Description": alternative(rows), "Date": None})):
            buffer = io.BytesIO()
            figure.savefig(buffer, format=kind, dpi=144, metadata=facts)
            files[kind] = buffer.getvalue()
    return files


def named(outcomes: Sequence[Outcome], letter: str) -> str:
    """A workload in a few words."""
    short = next(outcome.workload.short for outcome in outcomes if outcome.workload.letter == letter)
    return f"{short}  {letter}"
