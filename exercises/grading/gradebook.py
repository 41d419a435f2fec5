"""Write scores into nbgrader's gradebook, through its own API. No student's code runs under nbgrader for that.

With this module, one can
- write them:    write_scores(reports, "sqlite:///gradebook.db", "ps1") -> how many

`minigrad build --for nbgrader` gives each task one locked test cell, `check_<task>`; it gets the points of the hidden
tests of its task. nbgrader then shows, exports and returns them like its own.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from exercises import catalogue
from exercises.grading.results import Report
from minigrad.errors import UsageError


def check_gradebook(url: str) -> str:
    """The database's address, after a look whether scores can be written there at all.

    Raises:
        UsageError: nbgrader is not installed, or there is no such file.
    """
    try:
        import nbgrader.api  # noqa: F401
    except ImportError:
        raise UsageError(
            "writing into a gradebook needs nbgrader, which is missing: pip install nbgrader"
        ) from None
    address = url if "://" in url else f"sqlite:///{url}"
    file = Path(address.removeprefix("sqlite:///"))
    if address.startswith("sqlite:///") and not file.is_file():  # nbgrader would make an empty one
        raise UsageError(f"there is no gradebook {file}; `nbgrader generate_assignment` makes one")
    return address


def write_scores(reports: Sequence[Report], url: str, assignment: str | None = None) -> int:
    """Set the automatic scores of the test cells; returns the number of submissions written.

    Args:
        reports: the graded submissions; `student` is nbgrader's student id.
        url: the database, e.g. "sqlite:///gradebook.db"; a path to its file will do.
        assignment: nbgrader's name of it; by default that of the exercise.

    Raises:
        UsageError: nbgrader is not installed, there is no such database, or the assignment is not in it.
    """
    address = check_gradebook(url)
    graded = [report for report in reports if report.outcomes]  # the others answer no exercise
    from nbgrader.api import Gradebook, MissingEntry
    from sqlalchemy.exc import SAWarning, SQLAlchemyError

    try:
        with warnings.catch_warnings(), Gradebook(address, course_id="") as gradebook:
            warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own way with new submissions
            for report in graded:
                try:
                    _write(gradebook, report, assignment or report.exercise)
                except MissingEntry:
                    raise UsageError(_missing(report, assignment or report.exercise, url)) from None
            gradebook.db.commit()
    except (SQLAlchemyError, OSError) as error:
        said = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise UsageError(f"the gradebook {url} cannot be used: {said}") from None
    return len(graded)


def _missing(report: Report, assignment: str, url: str) -> str:
    return (
        f"{url} knows no assignment {assignment!r} with a notebook {report.exercise!r} built by minigrad; run "
        f"`nbgrader generate_assignment {assignment}` on the output of `minigrad build --for nbgrader` first"
    )


def _write(gradebook: Any, report: Report, assignment: str) -> None:
    notebook = gradebook.find_notebook(report.exercise, assignment)
    cells = {cell.name: cell.max_score for cell in notebook.grade_cells}
    gradebook.update_or_create_student(report.student)  # as nbgrader's own autograde does
    gradebook.update_or_create_submission(assignment, report.student)
    task_of = catalogue.find(report.exercise).task_of
    for task in dict.fromkeys(task_of.values()):
        if f"check_{task}" not in cells:
            raise UsageError(
                f"the notebook {report.exercise!r} of assignment {assignment!r} has no test cell check_{task}: it "
                f"was built from an older version; build it again"
            )
        tests = [o for o in report.outcomes if task_of.get(o.function) == task]
        points, earned = sum(o.points for o in tests), sum(o.score for o in tests)
        grade = gradebook.find_grade(f"check_{task}", report.exercise, assignment, report.student)
        grade.auto_score = cells[f"check_{task}"] * earned / points if points else 0.0
        grade.needs_manual_grade = False
    submitted = gradebook.find_submission_notebook(report.exercise, assignment, report.student)
    submitted.late_submission_penalty = report.penalty * sum(o.score for o in report.outcomes)
