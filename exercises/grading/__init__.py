"""The trusted side: reads submissions, runs the hidden tests on them, and reports.

With this package, one can
- grade on the command line:    minigrad grade PATH… [--out DIR] [--exercise NAME] [--due DATE] …
- grade one in Python:          grade(read(path), find("02_gates"), timeout=10, seed=1) -> Report
- grade a class in Python:      see exercises.grading.batch

Verdicts are computed here and never in the student's process, so a submission can only ever send *values*.
"""

from __future__ import annotations

from exercises import catalogue
from exercises.grading.identify import identify
from exercises.grading.results import Report
from exercises.grading.submission import Submission, read
from minigrad.errors import UsageError

__all__ = ["TIMEOUT", "grade", "identify", "main", "read"]

TIMEOUT = 10.0


def main(*arguments: object, **options: object) -> int:
    """`minigrad grade`; see `exercises.grading.command.main`."""
    need_pytest()
    from exercises.grading import command

    return command.main(*arguments, **options)  # type: ignore[arg-type]


def grade(
    submission: Submission,
    exercise: catalogue.Exercise,
    timeout: float = TIMEOUT,
    seed: int = 0,
    memory: int | None = None,
) -> Report:
    """Run an exercise's hidden tests on a submission.

    Args:
        submission: as `read` returns it.
        exercise: as `catalogue.find` returns it.
        timeout: seconds for each call into the student's code.
        seed: where the tests' random numbers start.
        memory: bytes for the student's process; by default what the sandbox grants.

    Raises:
        UsageError: pytest is not installed.
        RuntimeError: the hidden tests themselves are broken.

    Example:
        >>> from pathlib import Path
        >>> from exercises.catalogue import find
        >>> report = grade(Submission(Path("ann.py"), ("class AddGate:\\n    pass",)), find("gates"))
        >>> report.score, report.outcomes[0].reason
        (0, "your code raised AttributeError: 'AddGate' object has no attribute 'forward'")
    """
    need_pytest()
    from exercises.grading import run

    return run.grade(submission, exercise, timeout, seed, memory)


def need_pytest() -> None:
    """Hidden tests are pytest tests.

    Raises:
        UsageError: pytest is not installed.
    """
    try:
        import pytest  # noqa: F401
    except ModuleNotFoundError:
        raise UsageError("grading runs its tests with pytest, which is missing: pip install pytest") from None
