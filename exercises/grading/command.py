"""`minigrad grade`: from paths to scores, and every file that the staff and the students get.

With this module, one can
- grade as on the command line:    main([Path("submitted")], out=Path("grades"), due="2026-11-20")

One notebook gives results.json. A folder, a zip file or several notebooks give a folder with, for each student,
results.json (Gradescope) and feedback.html, and for the staff grades.csv, junit.xml, statistics.html and .png.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from exercises.grading.batch import Batch, Options
from exercises.grading.collect import collect
from exercises.grading.entries import Entry, result_folders
from exercises.grading.gradebook import check_gradebook, write_scores
from exercises.grading.late import Deadline
from exercises.grading.levels import require_level
from exercises.grading.results import Report, write_atomically, write_results
from exercises.grading.rubric import Rubric
from minigrad.errors import UsageError

FEW = 3  # submissions whose tests are all shown in the terminal
OUT = Path("grades")


def main(
    submissions: Sequence[Path],
    out: Path | None = None,
    exercise: str | None = None,
    timeout: float = 10.0,
    seed: int | None = None,
    *,
    memory: int | None = None,
    jobs: int | None = None,
    rubric: Path | None = None,
    due: str | None = None,
    late: float = 10.0,
    late_days: int = 0,
    force: bool = False,
    allow_unsandboxed: bool = False,
    scheduler: str | None = None,
    gradebook: str | None = None,
    assignment: str | None = None,
) -> int:
    """Grade, show and write down. Options are those of `minigrad grade --help`; memory is in MiB.

    Returns:
        0; or 1 if the grader itself failed on a submission, which then has no score.

    Raises:
        UsageError: bad input; nothing has been written then.
    """
    if not submissions:
        raise UsageError("name at least one submission, e.g. minigrad grade 02_gates.ipynb")
    if not 0 < timeout < 1e6:
        raise UsageError(f"--timeout must be a positive number of seconds, not {timeout:g}")
    if seed is not None and seed < 0:
        raise UsageError(f"--seed must not be negative, not {seed}")
    if jobs is not None and jobs < 1:
        raise UsageError(f"--jobs must be at least 1, not {jobs}")
    if memory is not None and memory < 256:
        raise UsageError(f"--memory must be at least 256 MiB (NumPy alone needs about 150), not {memory}")
    deadline = Deadline.parse(due, late, late_days) if due else None
    chosen = Rubric.read(rubric) if rubric else Rubric()
    if gradebook:
        check_gradebook(gradebook)
    found = collect(list(submissions))
    several = len(found) > 1 or not all(one.named for one in found)
    if several and not scheduler:  # the cluster's machines see to their own
        require_level(allow_unsandboxed)
    folder = out or (OUT if several else Path())
    options = Options(
        out=folder if several else None,
        exercise=exercise,
        timeout=timeout,
        memory=memory and memory * 2**20,
        seed=seed,
        jobs=jobs,
        rubric=chosen,
        deadline=deadline,
        force=force,
        scheduler=scheduler,
        allow_unsandboxed=allow_unsandboxed,
    )
    batch = Batch(found, options)
    graded = run(batch, folder, several)
    folders = dict(zip(batch.entries, result_folders(batch.entries, folder), strict=True)) if several else {}
    placed = [(report, folders.get(entry, folder)) for entry, report in graded]
    write(placed, folder, several, feedback=several or out is not None)
    show(placed, folder, several)
    if gradebook:
        count = write_scores([report for report, _ in placed], gradebook, assignment)
        print(f"  {count} score{'s' * (count != 1)} written into {gradebook}")
    for entry, reason in batch.not_graded():
        print(f"minigrad grade: {entry.found.path} has no score: {reason}", file=sys.stderr)
    return 1 if batch.not_graded() else 0


def run(batch: Batch, folder: Path, several: bool) -> list[tuple[Entry, Report]]:
    """Grade with a progress bar, if a person is looking.

    Raises:
        UsageError: the hidden tests are broken.
    """
    waiting = batch.waiting()
    graded = {entry.job.key for entry in batch.entries if entry.job}
    if several and len(graded) > len(waiting):
        left = "nothing is left to grade" if not waiting else f"{len(waiting)} to go"
        print(
            f"{len(graded) - len(waiting)} of {len(graded)} were graded before and have not changed, {left} "
            f"(journal: {folder / 'journal.jsonl'}; --force grades all again)"
        )
    try:
        with _progress(len(waiting)) as progress:
            return batch.run(progress)
    except RuntimeError as error:  # not the submissions' fault, and not a bug of the grader
        raise UsageError(str(error).strip()) from None


@contextlib.contextmanager
def _progress(total: int) -> Iterator[Any]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if not console.is_terminal or total < 2:
        yield None
        return
    columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("grading", total=total)

        class Advance:
            def advance(self) -> None:
                bar.advance(task)

        yield Advance()


def write(placed: list[tuple[Report, Path]], folder: Path, several: bool, feedback: bool) -> None:
    """All files of a grading, each of them whole or not at all.

    Raises:
        UsageError: a file cannot be written.
    """
    for report, place in placed:
        write_results(report, place)
        if feedback:
            from exercises.grading.feedback import to_html

            write_atomically(place / "feedback.html", to_html(report))
    if not feedback:
        return
    from exercises.grading import exports, statistics
    from exercises.grading.figure import class_figure

    reports = [report for report, _ in placed]
    write_atomically(folder / "grades.csv", exports.to_csv(reports))
    write_atomically(folder / "junit.xml", exports.to_junit(reports))
    if several:
        picture, words = class_figure(reports)
        write_atomically(folder / "statistics.png", picture)
        write_atomically(folder / "statistics.html", statistics.to_html(reports, picture, words))


def show(placed: list[tuple[Report, Path]], folder: Path, several: bool) -> None:
    """Tables in the terminal: every test of a few submissions, or how the class did."""
    from exercises.grading.table import show_report, show_statistics, show_totals

    reports = [report for report, _ in placed]
    if len(reports) <= FEW:
        for report, place in placed:
            show_report(report, place / "results.json")
    if several and reports:
        show_totals(reports)
        show_statistics(reports)
        print(f"  written to {folder}: grades.csv, junit.xml, statistics.html, and a folder per student")
