"""Reports in the terminal. Texts that may come from a student are printed as they are, never as markup."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from exercises.errors import plain_text
from exercises.grading.results import Report
from exercises.grading.statistics import statistics, summary


def show_report(report: Report, written: Path) -> None:
    """A row per hidden test, the total, and what else the student should know."""
    title = Text(plain_text(f"{report.submission.name}: {report.exercise}"))
    table = Table(title=title, title_justify="left")
    table.add_column("task")
    table.add_column("points", justify="right")
    table.add_column("verdict")
    table.add_column("reason", overflow="fold")
    for outcome in report.outcomes:
        verdict = Text("✓ passed", style="green") if outcome.passed else Text("✗ failed", style="red")
        points = f"{outcome.score:g} / {outcome.points:g}"
        table.add_row(Text(outcome.title), points, verdict, Text(outcome.reason))
    table.add_section()
    table.add_row("total", f"{report.score:g} / {report.points:g}", "", "", style="bold")
    console = Console()
    console.print(table)
    for note in report.notes:
        console.print(Text(f"  {note}"), soft_wrap=True)
    console.print(Text(f"  seed {report.seed} · isolation {report.level} · {written}"), soft_wrap=True)


def show_totals(reports: Sequence[Report]) -> None:
    """A row per submission, and a sentence for those that could not be read or came late."""
    table = Table(title="all submissions", title_justify="left")
    table.add_column("submission")
    table.add_column("exercise")
    table.add_column("score", justify="right")
    table.add_column("note", overflow="fold")
    for report in reports:
        score = f"{report.score:g} / {report.points:g}"
        notes = [] if report.level else [plain_text(note, 200) for note in report.notes[:1]]
        notes += [f"late: −{100 * report.penalty:g} %"] if report.penalty else []
        name = plain_text(report.student or report.submission.stem)
        table.add_row(Text(name), report.exercise, score, Text("; ".join(notes)))
    Console().print(table)


def show_statistics(reports: Sequence[Report]) -> None:
    """A row per hidden test: who passed, and the most common diagnosis."""
    table = Table(
        title="hidden tests", title_justify="left", caption=summary(reports), caption_justify="left"
    )
    for column, justify in (("test", "left"), ("passed", "right"), ("most common diagnosis", "left")):
        table.add_column(column, justify=justify, overflow="fold")  # type: ignore[arg-type]
    several = len({row.exercise for row in statistics(reports)}) > 1
    for row in statistics(reports):
        title = f"{row.exercise}: {row.title}" if several else row.title
        said = f"{row.diagnoses[0][1]} × {row.diagnoses[0][0]}" if row.diagnoses else ""
        table.add_row(Text(title), f"{row.passed} of {row.of}", Text(said))
    Console().print(table)
