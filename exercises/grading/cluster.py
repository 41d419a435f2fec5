"""Grade on a Dask cluster: the same jobs, carried out by its workers.

With this module, one can
- grade there:    grade_all(jobs, "tcp://host:8786", listener)

A job goes out as plain data and comes back as plain data. It is known by the hash of submission, tests and version, and
doing it twice does no harm: a worker that is lost costs time, nothing else. A worker with another version of the tests
or of the toolkit refuses the job. Students' code runs in the sandbox on the worker's machine, never in the worker.
CLUSTER.md says how to start a cluster.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from exercises import catalogue
from exercises.grading.crew import TRIES, Listener
from exercises.grading.job import Done, Job, carry_out
from exercises.grading.levels import require_level
from exercises.grading.results import Outcome
from minigrad.errors import UsageError

CONNECT_SECONDS = 10
WORKER_SECONDS = 120  # until the first worker has come, e.g. out of a queue


def grade_all(jobs: Sequence[Job], address: str, listener: Listener, allow_unsandboxed: bool = False) -> None:
    """Hand all jobs to the cluster and tell the listener of each as it comes back.

    Args:
        jobs: what to grade.
        address: of the scheduler.
        listener: as for `exercises.grading.crew.grade_all`.
        allow_unsandboxed: let workers grade whose machine offers no sandbox.

    Raises:
        UsageError: Dask is not installed, no scheduler answers, it has no workers, or they have no sandbox.
        RuntimeError: the hidden tests are broken, or a worker has another version of them.
    """
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise UsageError("--scheduler needs Dask, which is missing: pip install distributed") from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError):
        raise UsageError(f"no Dask scheduler answers at {address}; see exercises/CLUSTER.md") from None
    with client, client.as_current():
        try:
            client.wait_for_workers(1, timeout=WORKER_SECONDS)
        except TimeoutError:
            raise UsageError(
                f"the Dask scheduler at {address} has no workers; see exercises/CLUSTER.md"
            ) from None

        def send(job: Job, tries: int) -> Any:
            name = f"minigrad-{job.key}-{tries}"
            known = dict(listener.known(job))
            future = client.submit(task, job, job.key, known, allow_unsandboxed, key=name, pure=False)
            waiting[future] = job, tries
            return future

        waiting: dict[Any, tuple[Job, int]] = {}
        try:
            arriving = as_completed([send(job, 1) for job in jobs])
            for future in arriving:
                job, tries = waiting.pop(future)
                if future.status == "finished":
                    outcomes, done = future.result()
                    for outcome in outcomes:
                        listener.outcome(job, outcome)
                    listener.done(job, done)
                elif isinstance(error := future.exception(), (RuntimeError, UsageError)):
                    raise error
                elif tries < TRIES:  # its worker was lost, and the scheduler gave up
                    arriving.add(send(job, tries + 1))
                else:
                    listener.failed(job, f"the cluster lost it {TRIES} times: {type(error).__name__}")
        finally:
            client.cancel(list(waiting))


def task(
    job: Job, key: str, known: dict[str, Outcome], allow_unsandboxed: bool
) -> tuple[tuple[Outcome, ...], Done]:
    """What a worker does with a job. Its folder is the one on the worker's machine.

    Raises:
        UsageError: the worker's machine offers no sandbox.
        RuntimeError: the worker has another version of the tests or of the toolkit, or the tests are broken.
    """
    require_level(allow_unsandboxed)
    here = Path(job.exercise)
    folder = here if here.is_dir() else catalogue.find(here.name).folder
    job = replace(job, exercise=str(folder))  # a copy, so that its key is that of the files on this machine
    if job.key != key:
        raise RuntimeError(
            f"a worker of the cluster has another version of minigrad, NumPy, Python or of the tests of "
            f"{here.name}; install the same on all machines"
        )
    outcomes: dict[str, Outcome] = dict(known)
    done = carry_out(job, known, lambda outcome: outcomes.update({outcome.name: outcome}))
    return tuple(outcomes.values()), done
