"""The proof that an exercise can be graded: nothing is built without it.

With this module, one can
- prove it:    prove(exercise, solution, release)

Through the real grader: the solution and every alternative solution earn all points, the stubs that are handed out
earn none, and every mutant (a plausible wrong solution) loses what its docstring says that it loses.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path

from exercises.catalogue import Exercise
from exercises.grading.crew import grade_all, usable_cores
from exercises.grading.job import Done, Job
from exercises.grading.journal import Journal
from exercises.grading.results import Outcome
from minigrad.errors import UsageError

LOSES = re.compile(r"^loses: (.+)$", re.MULTILINE)


class _Proofs:
    """Outcomes of this process's proofs: what was proved once is not graded again."""

    def __init__(self) -> None:
        self.journal = Journal()

    def known(self, job: Job) -> Mapping[str, Outcome]:
        return self.journal.outcomes(job.key)

    def outcome(self, job: Job, outcome: Outcome) -> None:
        self.journal.outcome(job.key, outcome)

    def done(self, job: Job, done: Done) -> None:
        self.journal.done(job.key, done)

    def failed(self, job: Job, reason: str) -> None:
        raise RuntimeError(f"{job.exercise} could not be proved: {reason}")

    def failures(self, jobs: Mapping[str, Job]) -> dict[str, dict[str, str]]:
        """By name of the job, the reasons of the tests that it does not pass."""
        waiting = [job for job in jobs.values() if not self.journal.finished(job.key)]
        if waiting:
            grade_all(waiting, usable_cores(), self)
        return {
            name: {o.name: o.reason for o in self.journal.outcomes(job.key).values() if not o.passed}
            for name, job in jobs.items()
        }

    def tests(self, job: Job) -> tuple[str, ...]:
        done = self.journal.finished(job.key)
        return done.order if done else ()


_PROOFS = _Proofs()


def prove(exercise: Exercise, solution: tuple[str, ...], release: tuple[str, ...]) -> None:
    """Grade the solution, the stubs, the mutants and the alternative solutions.

    Args:
        exercise: which one.
        solution: its code cells.
        release: those that are handed out.

    Raises:
        UsageError: one of them does not earn what it should; the message says which tests are at fault.
    """

    def job(*cells: str) -> Job:
        return Job(cells, str(exercise.folder))

    jobs = {"solution": job(*solution), "release": job(*release)}
    failed = _PROOFS.failures(jobs)
    lost = [f"{name} ({reason})" for name, reason in failed["solution"].items()]
    if lost:
        raise UsageError(f"{exercise.name}: its own solution loses points: {', '.join(lost)}")
    tests = _PROOFS.tests(jobs["solution"])
    earned = [name for name in tests if name not in failed["release"]]
    if earned:
        raise UsageError(f"{exercise.name}: the empty notebook earns points: {', '.join(earned)}")

    variants = [*exercise.alternatives, *exercise.mutants]
    failed = _PROOFS.failures({str(p): job(*solution, p.read_text(encoding="utf-8")) for p in variants})
    for path in exercise.alternatives:
        for name, reason in failed[str(path)].items():
            raise UsageError(f"{path}: a right solution loses points: {name} ({reason})")
    for path in exercise.mutants:
        _prove_mutant(path, failed[str(path)])


def _prove_mutant(path: Path, failed: Mapping[str, str]) -> None:
    if not failed:
        raise UsageError(f"{path}: this wrong solution loses no points; a hidden test is missing")
    document = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    if expected := LOSES.search(document):
        for name in map(str.strip, expected[1].split(",")):
            if name not in failed:
                raise UsageError(f"{path}: it says that it loses {name}, but it loses {', '.join(failed)}")
