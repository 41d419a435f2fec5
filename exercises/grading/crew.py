"""Several gradings at once: processes that each take a job, report every outcome at once, and take the next.

With this module, one can
- grade on all cores:    grade_all(jobs, count, tell)

The processes hold nothing that could be lost: outcomes arrive test by test, and the job of a process that dies is
given to another one. When this process dies, however suddenly, theirs end with it, because their pipes close.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol

from exercises.grading.job import Done, Job, carry_out
from exercises.grading.results import Outcome

TRIES = 3  # processes that one job may lose before it is given up


class Listener(Protocol):
    """Who is told what happens; called in the process that called `grade_all`."""

    def known(self, job: Job) -> Mapping[str, Outcome]: ...  # what earlier runs have found out already
    def outcome(self, job: Job, outcome: Outcome) -> None: ...
    def done(self, job: Job, done: Done) -> None: ...
    def failed(self, job: Job, reason: str) -> None: ...  # the grader's own failure, never the student's


def usable_cores() -> int:
    """How many processes can run at once here."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def grade_all(jobs: Sequence[Job], count: int, listener: Listener) -> None:
    """Carry out all jobs in up to `count` processes; in this one, if one process or one job is all.

    Raises:
        RuntimeError: the hidden tests of an exercise are broken, or no worker can be started.
    """
    if count == 1 or len(jobs) == 1:
        for job in jobs:
            listener.done(job, carry_out(job, listener.known(job), _to(listener, job)))
        return
    waiting = deque((job, TRIES) for job in jobs)
    crew: dict[Connection, _Member] = {}
    try:
        while waiting or crew:
            while waiting and len(crew) < count:
                member = _Member(*waiting.popleft())
                crew[member.pipe] = member
                member.begin(listener)
            for pipe in wait(list(crew)):
                member = crew[pipe]  # type: ignore[index]
                if not member.hear(listener):
                    continue
                if member.job is None and waiting:  # it is free: the same process takes the next job
                    member.job, member.tries = waiting.popleft()
                    member.begin(listener)
                    continue
                if member.job is not None and member.tries > 1:  # it died: another one takes its job
                    waiting.append((member.job, member.tries - 1))
                elif member.job is not None:
                    listener.failed(member.job, f"{TRIES} grading processes were lost on it")
                crew.pop(member.pipe).stop()
    finally:
        for member in crew.values():
            member.stop()


def _to(listener: Listener, job: Job) -> Any:
    return lambda outcome: listener.outcome(job, outcome)


class _Member:
    """A process of the crew and the job it has; `job` is None when it is done."""

    def __init__(self, job: Job, tries: int):
        self.job: Job | None = job
        self.tries = tries
        context = multiprocessing.get_context("spawn")  # a fork would inherit the others' pipes
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs,), name="minigrad-grader")
        self.process.start()
        theirs.close()

    def begin(self, listener: Listener) -> None:
        assert self.job is not None
        with contextlib.suppress(OSError):  # it has died: `hear` will find out
            self.pipe.send((self.job, dict(listener.known(self.job))))

    def hear(self, listener: Listener) -> bool:
        """Take one message; True if the process is free now, or has died (it still has its job then)."""
        assert self.job is not None
        try:
            kind, content = self.pipe.recv()
        except (EOFError, OSError):
            return True
        if kind == "outcome":
            listener.outcome(self.job, content)
            return False
        if kind == "broken":
            raise RuntimeError(content)
        listener.done(self.job, content)
        self.job = None
        return True

    def stop(self) -> None:
        """End the process: it stops its worker first, if there is time."""
        self.pipe.close()
        if self.job is not None:
            self.process.terminate()
        self.process.join(10)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.process.close()


def _work(pipe: Connection) -> None:
    """The life of a process of the crew."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that the person started
    # pytest takes a SystemExit for a failed test; a KeyboardInterrupt ends it, and no outcome is told
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            job, known = pipe.recv()
            try:
                done = carry_out(job, known, lambda outcome: pipe.send(("outcome", outcome)))
            except RuntimeError as error:
                pipe.send(("broken", str(error)))
                return
            pipe.send(("done", done))
