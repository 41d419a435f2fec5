"""One process for one peer of one workload: nothing that another peer does to its memory can matter here.

The driver sends the name of an action and its arguments; the answer is ("done", result) or ("failed", reason).
"""

from __future__ import annotations

import gc
import math
import os
import textwrap
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tests.benchmarks.job import Job, Skipped

WARM_UP = 0.1  # seconds


def pin(threads: int) -> None:
    """One thread stays on one core, the last one that this process may use, where the system has such a call."""
    if threads == 1 and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def silence() -> None:
    """Whatever a library prints must not end in the progress bar."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


class Bench:
    """The actions that a driver can ask for."""

    def __init__(self, letter: str, peer: str, size: str, threads: int) -> None:
        from tests.benchmarks.workloads import WORKLOADS

        self.workload = WORKLOADS[letter]
        self.make = self.workload.reference if peer == "reference" else self.workload.peers[peer]
        self.size, self.threads = size, threads
        self.job: Job
        self.steps = 1

    def start(self, dtype: str) -> None:
        """Make the job; PyTorch and JAX are told what environment variables do not tell them."""
        import sys

        self.job = self.make(self.workload.task(dtype, self.size))
        if "torch" in sys.modules:
            sys.modules["torch"].set_num_threads(self.threads)

    def answers(self, dtype: str, steps: int) -> dict[str, np.ndarray]:
        """Values of the first steps, and what the peer answers after the first."""
        self.start(dtype)
        found = {"value of step 1": self.job.step()}
        found.update(self.job.answers())
        for k in range(2, steps + 1):
            found[f"value of step {k}"] = self.job.step()
        known = {name: value for name, value in found.items() if value is not None}
        return {name: np.array(value, dtype=np.float64) for name, value in known.items()}

    def prepare(self, seconds: float) -> dict[str, float]:
        """Run for the first time, then until warm; choose how many steps make one repeat."""
        self.start(self.workload.dtype)
        if self.job.parts:
            found = self.job.parts()
            kept = {name: value for name, value in found.items() if name in (self.workload.units or ())}
            return {"first": found["time"], **kept}
        begun = time.perf_counter()
        self.job.step()
        first = time.perf_counter() - begun
        count, begun = 0, time.perf_counter()
        while (taken := time.perf_counter() - begun) < min(WARM_UP, seconds) or not count:
            self.job.step()
            count += 1
        self.steps = max(1, math.ceil(seconds * count / taken))
        return {"first": first}

    def repeat(self) -> Mapping[str, float]:
        """One repeat: CPU seconds per step on one thread, wall seconds on several, after a call to wake up."""
        gc.collect()  # what an earlier repeat left over must not be paid for in this one, or only in some
        if self.job.parts:
            return dict(self.job.parts())
        clock, step = time.process_time, self.job.step
        if self.threads > 1:
            clock = time.perf_counter
            step()
        begun = clock()
        for _ in range(self.steps):
            step()
        return {"time": (clock() - begun) / self.steps}


def serve(connection: Any, letter: str, peer: str, size: str, threads: int) -> None:
    """Do what the driver asks until it hangs up."""
    silence()
    pin(threads)
    try:
        bench = Bench(letter, peer, size, threads)
        while True:
            action, *arguments = connection.recv()
            act: Callable = getattr(bench, action)
            connection.send(("done", act(*arguments)))
    except EOFError:
        pass  # the driver has hung up
    except BaseException as error:
        connection.send(("failed", reason(error)))


def reason(error: BaseException) -> str:
    """Why a peer does not take part, in one line."""
    if isinstance(error, Skipped):
        return str(error)
    if isinstance(error, ModuleNotFoundError):
        return f"not installed ({error.name})"
    lines = str(error).splitlines() or [""]
    return textwrap.shorten(f"{type(error).__name__}: {lines[0]}", 300, placeholder=" …")
