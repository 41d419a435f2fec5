"""Asks the peers in turn: one short repeat each, round after round.

Whatever else the machine does meanwhile, a change of its clock or a busy neighbour, meets all peers alike; a
ratio is taken within one round, and the median over the rounds is what counts.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.agreement import Disagreement, compare
from tests.benchmarks.job import Workload
from tests.benchmarks.worker import serve

REST = 0.15  # seconds between two peers on several threads: BLAS threads spin for a while after their work
PATIENCE = 300.0  # seconds for any one answer
LONG = 10.0  # seconds; a peer that takes longer for a step is asked in the first round only
Tell = Callable[[str], None]
THREAD_SETTINGS = (
    "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NPROC"
)  # fmt: skip


@dataclass
class Samples:
    """What one peer took.

    Attributes:
        rounds: for each round the seconds a step (or of its parts) by name; nothing where it did not answer.
        once: what only the first run in a fresh process can tell, such as "first", the seconds of the first
            call, compilation included; and what is no time.
        skipped: why there is nothing, or no more.
    """

    rounds: list[Mapping[str, float]] = field(default_factory=list)
    once: Mapping[str, float] = field(default_factory=dict)
    skipped: str = ""


class PeerFailed(Exception):
    """The process of a peer gave up; the message is its reason."""


class Worker:
    """The other end of one peer's process."""

    def __init__(self, letter: str, peer: str, size: str, threads: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, letter, peer, size, threads), daemon=True)
        with environment(threads):
            self.process.start()
        theirs.close()

    def ask(self, action: str, *arguments: Any, patience: float = PATIENCE) -> Any:
        """Do it there, and wait for the answer."""
        try:
            self.connection.send((action, *arguments))
            if not self.connection.poll(patience):
                self.process.kill()
                raise PeerFailed(f"no result within {patience:.0f} s")
            outcome, result = self.connection.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError):
            self.process.join()
            raise PeerFailed(f"its process ended with exit code {self.process.exitcode}") from None
        if outcome == "failed":
            raise PeerFailed(result)
        return result

    def stop(self) -> None:
        """End the process."""
        self.connection.close()  # where it waits for a question, it ends by itself
        self.process.join(1)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


@contextlib.contextmanager
def environment(threads: int) -> Iterator[None]:
    """The variables that a library reads when it is imported, for the process that is started here."""
    wanted = {name: str(threads) for name in THREAD_SETTINGS}
    wanted["JAX_PLATFORMS"] = "cpu"
    wanted["JAX_ENABLE_X64"] = "1"  # arrays of float32 stay so; those of float64 are allowed
    wanted["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false" if threads == 1 else ""
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def check(workload: Workload, peers: Sequence[str], size: str, tell: Tell) -> tuple[dict, dict]:
    """Whether every peer computes the same as the reference.

    Returns:
        By peer, why some do not take part; and what is wrong with those that compute something else.
    """
    skipped, wrong = {}, {}
    reference = answers(workload, "reference", "float64", size)
    for peer in peers:
        tell(f"{workload.letter} {peer}: do all agree?")
        try:
            for dtype in dict.fromkeys(("float64", workload.dtype)):
                compare(workload, peer, dtype, answers(workload, peer, dtype, size), reference)
        except PeerFailed as failure:
            skipped[peer] = str(failure)
        except Disagreement as error:
            wrong[peer] = str(error)
    return skipped, wrong


def answers(workload: Workload, peer: str, dtype: str, size: str) -> dict[str, Any]:
    """A peer's first three values, and its gradients, from a process of their own."""
    worker = Worker(workload.letter, peer, size if size == "small" else "check", threads=1)
    try:
        return worker.ask("answers", dtype, 3)
    finally:
        worker.stop()


def measure(
    workload: Workload,
    peers: Sequence[str],
    *,
    size: str,
    threads: int,
    rounds: int,
    seconds: float,
    tell: Tell,
) -> dict[str, Samples]:
    """Round robin over all peers.

    Args:
        workload, peers: what is measured.
        size: "full", "quick" or "small".
        threads: 1 counts CPU seconds on one core, more count seconds on the wall.
        rounds: how often each peer is asked.
        seconds: about how long one answer takes, where a step is shorter than that.
        tell: is called with a sentence before each question.
    """
    samples = {peer: Samples() for peer in peers}
    workers: dict[str, Worker] = {}

    def ask(peer: str, action: str, *arguments: Any) -> Mapping[str, float]:
        """The answer; nothing from a peer that has given up."""
        tell(f"{workload.letter} {peer}, {threads} thread{'s' * (threads > 1)}")
        if samples[peer].skipped:
            return {}
        try:
            return workers[peer].ask(action, *arguments)
        except PeerFailed as failure:
            samples[peer].skipped = str(failure)
            return {}
        finally:
            if threads > 1:
                time.sleep(REST)

    try:
        for peer in peers:
            workers[peer] = Worker(workload.letter, peer, size, threads)
            samples[peer].once = ask(peer, "prepare", seconds)
        for _ in range(rounds):
            for peer in peers:
                known = samples[peer].rounds
                long = bool(known) and known[0].get("time", 0.0) > LONG
                known.append({} if long else ask(peer, "repeat"))
    finally:
        for worker in workers.values():
            worker.stop()
    return samples
