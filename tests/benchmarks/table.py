"""The results as a Markdown document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.benchmarks.job import Workload
from tests.benchmarks.results import Outcome, Verdict

METHOD = """\
Each workload is the same mathematics for all peers, in float64 or float32 as its title says. Before anything is \
timed, every peer's first three values and its gradients are compared with a reference written by hand (to 1e-10 in \
float64, 1e-5 in float32 where nothing else is said). Then each peer has a process of its own; all are asked in turn \
for one repeat of about {seconds} s, {rounds} rounds (fewer where a step takes seconds). One thread: CPU time, pinned \
to one core. Several threads: wall time, with 150 ms of rest between peers and one call to wake up. Python's garbage \
collector is on, and is run once before each repeat. The tables hold medians, and ratios taken within a round, then \
their median. The targets are the ones this project set itself, for one thread.

`hand` is NumPy written by hand, each result a new array; `hand_out` the same into arrays made once; `_compiled` is \
`mg.Graph(…).compile()`; `_tuned` after `mg.tune_malloc()`."""


def document(
    head: Mapping[str, str], outcomes: Sequence[Outcome], *, seconds: float, rounds: int, picture: str = ""
) -> str:
    """The whole document; `picture` is the alternative text of the figure, if there is one."""
    lines = ["# What minigrad takes, and its peers", ""]
    lines += [f"- **{name}**: {text}" for name, text in head.items()]
    lines += ["", METHOD.format(seconds=seconds, rounds=rounds), ""]
    if picture:
        lines += [f"![{picture}](ratios.png)", ""]
    lines += ["## Targets", "", *targets(outcomes), ""]
    for outcome in outcomes:
        lines += [*section(outcome), ""]
    return "\n".join(lines).rstrip() + "\n"


def targets(outcomes: Sequence[Outcome]) -> list[str]:
    """One row per target."""
    rows = [["workload", "target", "found", ""]]
    for outcome in outcomes:
        for verdict in outcome.verdicts():
            rows.append([outcome.workload.letter, *spelled(verdict, outcome.workload)])
    return table(rows)


def spelled(verdict: Verdict, workload: Workload) -> list[str]:
    """A target, what was found, and whether that is enough."""
    target, value = verdict
    if target.against:
        limit = f"{target.peer} ≤ {target.at_most:g} × {target.against}"
    else:
        unit = (workload.units or {}).get(target.quantity, workload.unit)
        limit = f"{target.peer} ≤ {target.at_most:g} {unit}"
    if value is None:
        return [limit, "–", "not measured"]
    over = value / target.at_most - 1
    missed = f"**missed by {over:.1%}**" if over < 0.02 else f"**missed by {over:.0%}**"
    return [limit, digits(value), "met" if verdict.met else missed]


def section(outcome: Outcome) -> list[str]:
    """The table of one workload, and what is to be said about it."""
    workload = outcome.workload
    first, *more = outcome.samples or [1]
    bases = [base for base in ("hand", "torch") if outcome.median(base, threads=first) is not None]
    extra = parts(outcome, first)
    units = workload.units or {}
    header = ["peer", f"{workload.unit}, {kind(first)}", *(f"× {base}" for base in bases)]
    header += [units.get(name, f"{name}, {workload.unit}") for name in extra]
    for threads in more:
        header += [f"{workload.unit}, {kind(threads)}", *(f"× {base}" for base in bases)]
    rows = [[*header, "first call, s"]]
    for peer in workload.peers:
        if outcome.median(peer, threads=first) is None:
            continue
        row = [peer, *measured(outcome, peer, bases, first)]
        for name in extra:
            value = outcome.median(peer, name, first)
            scale = 1 if name in units or value is None else workload.per_second
            row.append(digits(None if value is None else value * scale))
        for threads in more:
            row += measured(outcome, peer, bases, threads)
        rows.append([*row, digits(outcome.samples[first][peer].once.get("first"))])
    said = [f"## {workload.letter}. {workload.title}", "", *table(rows)]
    notes = [workload.note] * bool(workload.note)
    notes += [f"**Wrong numbers, not timed:** {message}" for message in outcome.wrong.values()]
    notes += [f"Skipped: `{peer}`: {reason}." for peer, reason in left_out(outcome).items()]
    return said + [line for note in notes for line in ("", note)]


def kind(threads: int) -> str:
    """What was counted."""
    return "1 thread, CPU" if threads == 1 else f"{threads} threads, wall"


def parts(outcome: Outcome, threads: int) -> list[str]:
    """What else was measured in each repeat."""
    names: dict[str, None] = {}
    for samples in outcome.samples.get(threads, {}).values():
        for taken in samples.rounds:
            names.update(dict.fromkeys(taken))
    return [name for name in names if name != "time"]


def measured(outcome: Outcome, peer: str, bases: Sequence[str], threads: int) -> list[str]:
    """A median and its ratios."""
    value = outcome.median(peer, threads=threads)
    scaled = None if value is None else value * outcome.workload.per_second
    return [digits(scaled), *(digits(outcome.ratio(peer, base, threads)) for base in bases)]


def left_out(outcome: Outcome) -> dict[str, str]:
    """Who did not take part, or not to the end, and why."""
    found = dict(outcome.skipped)
    for threads, samples in outcome.samples.items():
        for peer, sample in samples.items():
            if sample.skipped:
                found[peer] = f"{sample.skipped} ({kind(threads)})"
    return found


def digits(value: float | None) -> str:
    """Three significant digits, without exponents."""
    if value is None:
        return "–"
    if value and abs(value) < 100:
        return f"{value:.3g}" if abs(value) >= 1e-3 else f"{value:.6f}"
    return f"{value:.0f}"


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Markdown; all columns but the first are numbers."""
    head, *body = rows
    rule = [":--", *("--:" for _ in head[1:])]
    return ["| " + " | ".join(row) + " |" for row in (head, rule, *body)]
