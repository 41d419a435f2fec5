"""The outcome of grading one submission, and the file `results.json` in Gradescope's format.

With this module, one can
- hold it:      Outcome(title, name, points, score, verdict, reason), Report(…, outcomes)
- write it:     write_results(report, folder)

Format: https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from minigrad.errors import UsageError
from visuals.files import write_whole


@dataclass(frozen=True)
class Outcome:
    """One hidden test.

    Attributes:
        name: the test function's name.
        title: the first line of its docstring.
        points: what it is worth.
        passed: whether it was earned.
        reason: why not: the class of error, never the hidden numbers. "" if passed.
    """

    name: str
    title: str
    points: float
    passed: bool
    reason: str = ""

    @property
    def score(self) -> float:
        return self.points if self.passed else 0

    @property
    def function(self) -> str:
        """The test function's name without the parameters that pytest appends."""
        return self.name.partition("[")[0]


@dataclass(frozen=True)
class Report:
    """All hidden tests of one exercise on one submission.

    Attributes:
        submission: the file that was graded.
        exercise: the name of the exercise.
        seed: what the tests' random numbers started from; `--seed` repeats them.
        level: how well the student's code was locked in.
        outcomes: the tests, in the order of tests.py.
        notes: what a student should know besides, e.g. cells that failed.
        student: whose it is, in a batch.
        penalty: the share of the points that is lost because it came late, 0 to 1.
    """

    submission: Path
    exercise: str
    seed: int
    level: str
    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...] = ()
    student: str = ""
    penalty: float = 0.0

    @property
    def score(self) -> float:
        """What counts: the points of the passed tests, less what lateness costs."""
        earned = sum(outcome.score for outcome in self.outcomes)
        return round(earned * (1 - self.penalty), 6) if self.penalty else earned

    @property
    def points(self) -> float:
        return sum(outcome.points for outcome in self.outcomes)

    def to_gradescope(self) -> dict[str, Any]:
        """The content of results.json."""
        tests = [
            {
                "name": outcome.title,
                "number": str(number),
                "score": outcome.score,
                "max_score": outcome.points,
                "status": "passed" if outcome.passed else "failed",
                "output": outcome.reason,
                "output_format": "text",
                "visibility": "visible",
            }
            for number, outcome in enumerate(self.outcomes, 1)
        ]
        return {
            "score": self.score,
            "output": "\n".join([f"Exercise {self.exercise}, seed {self.seed}.", *self.notes]),
            "output_format": "text",
            "visibility": "visible",
            "stdout_visibility": "hidden",
            "tests": tests,
            "extra_data": {"exercise": self.exercise, "seed": self.seed, "isolation": self.level},
        }


def write_results(report: Report, folder: Path) -> Path:
    """Write `folder/results.json`, all or nothing.

    Raises:
        UsageError: the folder cannot be made or written to.
    """
    text = json.dumps(report.to_gradescope(), indent=2, ensure_ascii=False) + "\n"
    return write_atomically(folder / "results.json", text)


def write_atomically(path: Path, content: str | bytes) -> Path:
    """Write a file so that a reader sees the old or the new content, and never a part.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None
    try:
        return write_whole(path, content)
    except OSError as error:  # its sentence begins a line; this one follows the command's name
        raise UsageError(f"c{str(error)[1:]}") from None
