"""One grading as plain data: what to grade, how, and a key that changes when anything that matters does.

With this module, one can
- describe a grading:      job = Job(cells, folder, seed=7)
- know it again:           job.key
- carry it out anywhere:   carry_out(job, known, emit) -> Done

A job can be done twice without harm, in another process or on another machine: it holds no path of the
submission, and the same job with the same seed has the same outcome.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

import exercises
import minigrad
from exercises.catalogue import Exercise
from exercises.grading.results import Outcome
from exercises.grading.submission import Submission

NO_MATTER = (
    "course",
    "building",
    "build.py",
    "publishing",
    "watch.py",
)  # other tests; what has no say in a grade


@dataclass(frozen=True)
class Job:
    """One submission to grade.

    Attributes:
        cells: its code.
        exercise: the folder of the exercise, in `course/`.
        seed: where the tests' random numbers start.
        timeout: seconds for each call.
        memory: bytes, or None for what the sandbox grants.
        claims: the exercise that its metadata names.
    """

    cells: tuple[str, ...]
    exercise: str
    seed: int = 0
    timeout: float = 10.0
    memory: int | None = None
    claims: str = ""

    @cached_property
    def key(self) -> str:
        """The hash of submission, tests, options and version: equal keys, equal outcomes.

        Example:
            >>> from exercises.catalogue import find
            >>> folder = str(find("gates").folder)
            >>> Job(("x = 1",), folder).key == Job(("x = 1",), folder).key != Job(("x = 2",), folder).key
            True
        """
        content = [self.cells, self.seed, self.timeout, self.memory, self.claims]
        text = json.dumps([*content, hash_of_tests(self.exercise), hash_of_version()])
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


@dataclass(frozen=True)
class Done:
    """What is known once all tests of a job have run, besides their outcomes."""

    order: tuple[str, ...]
    level: str
    notes: tuple[str, ...]


def carry_out(job: Job, known: Mapping[str, Outcome], emit: Callable[[Outcome], None]) -> Done:
    """Run the tests of a job that are not known yet; `emit` is told of each outcome at once.

    Raises:
        RuntimeError: the hidden tests are broken, or no worker can be started.
    """
    from exercises.grading import run

    exercise = Exercise(Path(job.exercise))
    submission = Submission(Path("submission"), job.cells, job.claims)
    report = run.grade(submission, exercise, job.timeout, job.seed, job.memory, known, emit)
    return Done(tuple(outcome.name for outcome in report.outcomes), report.level, report.notes)


def hash_of_tests(folder: str) -> str:
    """The hash of what decides about points in an exercise: all its files but the mutants."""
    return _hash(Path(folder).glob("*.py"))


@cache
def hash_of_version() -> str:
    """The hash of what grades, and of what it computes with."""
    engine, course = Path(str(minigrad.__file__)).parent, Path(str(exercises.__file__)).parent
    files = [*engine.rglob("*.py"), *engine.rglob("*.npz")]
    files += [file for file in course.rglob("*.py") if file.relative_to(course).parts[0] not in NO_MATTER]
    return _hash(files, f"{minigrad.__version__} {np.__version__} {sys.version_info[:2]}")


def _hash(files: Iterable[Path], first: Any = "") -> str:
    digest = hashlib.sha256(str(first).encode())
    for file in sorted(files):
        digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
