"""A batch of submissions: find out what is new, grade it on all cores, and write every result down at once.

With this module, one can
- describe how to grade:    options = Options(out=Path("grades"), timeout=10)
- grade a class:            Batch(collect(paths), options).run() -> [(entry, report), …]

What was graded before and has not changed is taken from the journal; a batch that was stopped or killed goes on
where it was.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from exercises.grading.collect import Found
from exercises.grading.crew import grade_all, usable_cores
from exercises.grading.entries import Entry, entries
from exercises.grading.job import Done, Job
from exercises.grading.journal import Journal
from exercises.grading.late import Deadline
from exercises.grading.results import Outcome, Report
from exercises.grading.rubric import Rubric
from exercises.grading.run import listed

UNREADABLE = "the submission could not be read"  # why: in the report's notes


@dataclass(frozen=True)
class Options:
    """How to grade.

    Attributes:
        out: where results go; None writes no journal.
        exercise: which exercise all submissions answer; by default what each one says.
        timeout: seconds for each call into a student's code.
        memory: bytes for a student's process; None for what the sandbox grants.
        seed: of the random inputs; None for a fresh one, the same for the whole class.
        jobs: processes; None for one per core.
        rubric: other points for the tests.
        deadline: when submissions were due, and what lateness costs.
        force: grade again what has not changed, too.
        scheduler: the address of a Dask scheduler whose workers grade instead of this machine.
        allow_unsandboxed: let machines of a cluster grade that offer no sandbox.
    """

    out: Path | None = None
    exercise: str | None = None
    timeout: float = 10.0
    memory: int | None = None
    seed: int | None = None
    jobs: int | None = None
    rubric: Rubric = field(default_factory=Rubric)
    deadline: Deadline | None = None
    force: bool = False
    scheduler: str | None = None
    allow_unsandboxed: bool = False


class Batch:
    """The submissions of a class, and the journal of their grading. Listens to the processes that grade."""

    def __init__(self, found: Sequence[Found], options: Options):
        self.options = options
        chosen = entries(found, options.exercise)
        for exercise in {entry.exercise for entry in chosen if entry.exercise}:
            if exercise.name in options.rubric.points:  # a misspelt test is found before anything is graded
                options.rubric.apply(exercise.name, listed(exercise))
        self.journal = Journal(options.out / "journal.jsonl" if options.out else None)
        self.seed = self._seed()
        self.entries = [self._with_job(entry) for entry in chosen]
        self.failures: dict[str, str] = {}
        self.progress: Any = None

    def _seed(self) -> int:
        """As asked for; else that of the journal, so that a class has one; else fresh."""
        seed = self.options.seed
        if seed is None:
            known = None if self.options.force else self.journal.seed
            seed = secrets.randbits(32) if known is None else known
        if self.options.force:
            self.journal.forget()
        if seed != self.journal.seed:
            self.journal.begin(seed)
        return seed

    def _with_job(self, entry: Entry) -> Entry:
        if entry.exercise is None or entry.found.submission is None:
            return entry
        submission, options = entry.found.submission, self.options
        folder = str(entry.exercise.folder)
        job = Job(submission.cells, folder, self.seed, options.timeout, options.memory, submission.exercise)
        return replace(entry, job=job)

    def waiting(self) -> list[Job]:
        """The jobs that are not done yet; submissions that are the same to the letter are one job."""
        jobs = {entry.job.key: entry.job for entry in self.entries if entry.job}
        return [job for key, job in jobs.items() if not self.journal.finished(key)]

    def run(self, progress: Any = None) -> list[tuple[Entry, Report]]:
        """Grade what is waiting, and report on every submission that has a score.

        Args:
            progress: has a method `advance()` that is called after each submission, if given.

        Raises:
            RuntimeError: the hidden tests of an exercise are broken, or no worker can be started.
            UsageError: the scheduler cannot be reached.
        """
        self.progress = progress
        try:
            if jobs := self.waiting():
                if self.options.scheduler:
                    from exercises.grading import cluster

                    cluster.grade_all(jobs, self.options.scheduler, self, self.options.allow_unsandboxed)
                else:
                    grade_all(jobs, self.options.jobs or usable_cores(), self)
        except KeyboardInterrupt:
            if self.options.out:
                print("\nWhat is graded is kept; the same command goes on from here.", file=sys.stderr)
            raise
        finally:
            self.journal.close()
        reports = [(entry, self._report(entry)) for entry in self.entries]
        return [(entry, report) for entry, report in reports if report]

    def known(self, job: Job) -> Mapping[str, Outcome]:
        return self.journal.outcomes(job.key)

    def outcome(self, job: Job, outcome: Outcome) -> None:
        self.journal.outcome(job.key, outcome)

    def done(self, job: Job, done: Done) -> None:
        self.journal.done(job.key, done)
        if self.progress is not None:
            self.progress.advance()

    def failed(self, job: Job, reason: str) -> None:
        self.failures[job.key] = reason
        if self.progress is not None:
            self.progress.advance()

    def not_graded(self) -> list[tuple[Entry, str]]:
        """Submissions that the grader itself failed on: they have no score, not a score of 0."""
        pairs = [(entry, self.failures.get(entry.job.key, "")) for entry in self.entries if entry.job]
        return [(entry, reason) for entry, reason in pairs if reason]

    def _report(self, entry: Entry) -> Report | None:
        found, exercise = entry.found, entry.exercise
        notes: tuple[str, ...] = tuple(note for note in (entry.problem, entry.note) if note)
        level, outcomes = "", tuple[Outcome, ...]()
        if entry.job:
            done = self.journal.finished(entry.job.key)
            if done is None:
                return None
            known = self.journal.outcomes(entry.job.key)
            outcomes, level = tuple(known[name] for name in done.order), done.level
            notes += (*(found.submission.notes if found.submission else ()), *done.notes)
        elif exercise:
            outcomes = tuple(replace(o, reason=UNREADABLE) for o in listed(exercise))
        name = exercise.name if exercise else ""
        penalty = 0.0
        if self.options.deadline:
            penalty, why = self.options.deadline.penalty(found.when)
            notes = (*notes, why) if why else notes
        outcomes = self.options.rubric.apply(name, outcomes)
        return Report(found.path, name, self.seed, level, outcomes, notes, found.student, penalty)
