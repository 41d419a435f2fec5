"""The trusted side: reads submissions, runs the hidden tests on them, and reports.

With this package, one can
- grade on the command line:    minigrad grade SUBMISSION… [--out DIR] [--exercise NAME] [--timeout S]
- grade in Python:              grade(read(path), find("02_gates"), timeout=10, seed=1) -> Report

Verdicts are computed here and never in the student's process, so a submission can only ever send *values*.
"""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from exercises import catalogue
from exercises.grading.results import Report, write_results
from exercises.grading.submission import Submission, read
from minigrad.errors import UsageError

TIMEOUT = 10.0


def main(
    submissions: list[Path],
    out: Path | None = None,
    exercise: str | None = None,
    timeout: float = TIMEOUT,
    seed: int | None = None,
) -> int:
    """`minigrad grade`: print a table, write results.json (one submission) or STEM/results.json (several).

    Raises:
        UsageError: a submission that is none, an unknown exercise, a folder that cannot be written. All
            submissions are read before the first is graded, so nothing is written in that case.
    """
    if not submissions:
        raise UsageError("name at least one submission, e.g. minigrad grade 02_gates.ipynb")
    if not 0 < timeout < 1e6:
        raise UsageError(f"--timeout must be a positive number of seconds, not {timeout:g}")
    if seed is not None and seed < 0:
        raise UsageError(f"--seed must not be negative, not {seed}")
    from exercises.grading.table import show_report, show_totals

    read_in = [(submission, identify(submission, exercise)) for submission in map(read, submissions)]
    seed = secrets.randbits(32) if seed is None else seed
    folders = result_folders(submissions, out or Path())
    reports = []
    for (submission, found), folder in zip(read_in, folders, strict=True):
        report = grade(submission, found, timeout, seed)
        path = write_results(report, folder)
        show_report(report, path)
        reports.append(report)
    if len(reports) > 1:
        show_totals(reports)
    return 0


def grade(
    submission: Submission, exercise: catalogue.Exercise, timeout: float = TIMEOUT, seed: int = 0
) -> Report:
    """Run an exercise's hidden tests on a submission.

    Args:
        submission: as `read` returns it.
        exercise: as `catalogue.find` returns it.
        timeout: seconds for each call into the student's code.
        seed: where the tests' random numbers start.

    Raises:
        UsageError: pytest is not installed.
        RuntimeError: the hidden tests themselves are broken.
    """
    try:
        from exercises.grading import run
    except ModuleNotFoundError as error:
        if error.name != "pytest":
            raise
        raise UsageError("grading runs its tests with pytest, which is missing: pip install pytest") from None
    return run.grade(submission, exercise, timeout, seed)


def identify(submission: Submission, name: str | None = None) -> catalogue.Exercise:
    """The exercise that a submission answers: as given, else by its metadata, else by what it defines.

    Raises:
        UsageError: there is no such exercise, or nothing in the submission tells which.
    """
    if name is not None:
        return catalogue.find(name)
    if submission.exercise:
        try:
            return catalogue.find(submission.exercise)
        except UsageError:
            known = ", ".join(exercise.name for exercise in catalogue.exercises())
            said = f"{submission.path} is a notebook of another exercise, {submission.exercise[:40]!r}"
            raise UsageError(f"{said}; there are {known} (or choose one with --exercise NAME)") from None
    known_exercises = catalogue.exercises()
    counts = [sum(bool(submission.defining(answer)) for answer in e.answers) for e in known_exercises]
    if not any(counts):
        names = ", ".join(f"{e.name} ({', '.join(e.answers)})" for e in known_exercises)
        raise UsageError(
            f"{submission.path} defines nothing that an exercise asks for; is it the right file? "
            f"Exercises: {names}; choose one with --exercise NAME"
        )
    return known_exercises[counts.index(max(counts))]


def result_folders(paths: list[Path], out: Path) -> list[Path]:
    """Where the results go: `out` for one submission; else `out/STEM`, made unique by its folder's name."""
    if len(paths) == 1:
        return [out]
    stems = [path.stem for path in paths]
    names = [f"{p.resolve().parent.name}_{p.stem}" if stems.count(p.stem) > 1 else p.stem for p in paths]
    names = [re.sub(r"[^\w.-]", "_", name) for name in names]
    return [out / (f"{name}_{i}" if names.count(name) > 1 else name) for i, name in enumerate(names, 1)]
