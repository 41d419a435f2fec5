"""Reports in the terminal. Texts that may come from a student are printed as they are, never as markup."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from exercises.errors import plain_text
from exercises.grading.results import Report


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


def show_totals(reports: list[Report]) -> None:
    """A row per submission."""
    table = Table(title="all submissions", title_justify="left")
    table.add_column("submission")
    table.add_column("score", justify="right")
    for report in reports:
        table.add_row(Text(plain_text(report.submission)), f"{report.score:g} / {report.points:g}")
    Console().print(table)
