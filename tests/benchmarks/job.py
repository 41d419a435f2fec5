"""What is measured: a Workload is one piece of mathematics, and a peer is one way to compute it.

A peer is a function `peer(task) -> Job`. It does its own imports, takes what it needs from the task, and
returns a step to be repeated. The task, made by the workload from a seed, is the same for all peers.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple


class Skipped(Exception):
    """A peer cannot take part; the message is the reason, which the table shows."""


class Job(NamedTuple):
    """What a peer does.

    Attributes:
        step: computes once and returns its value, one number (the loss).
        answers: by name, the gradients of the latest step (or what else must agree with the reference).
        parts: instead of the whole step, these are timed by the peer itself: a function that runs once and
            returns seconds (or what `Workload.units` says) by name.
    """

    step: Callable[[], Any]
    answers: Callable[[], Mapping[str, Any]]
    parts: Callable[[], Mapping[str, float]] | None = None


class Target(NamedTuple):
    """What is wanted: `peer` takes at most `at_most` times what `against` takes; `against` None: in the unit."""

    peer: str
    against: str | None
    at_most: float
    quantity: str = "time"


@dataclass(frozen=True)
class Workload:
    """One row of the table.

    Attributes:
        letter, title: what it is called.
        unit, per_second: how times are printed: seconds · per_second.
        task: task(dtype, size) -> what all peers get; size is "full", "quick", "check" (to be compared) or "small"
            (for tests). Only the deep chain and "small" differ from "full".
        reference: the peer that everybody must agree with, in float64 or written by hand.
        peers: by name.
        targets: what this project asks of itself, one thread.
        dtype: in which the peers are measured; they are compared in float64 as well.
        tolerance: of gradients in float32, relative to the norm.
        threads: the numbers of threads that make a difference.
        rounds: how many are enough, where a step takes seconds.
        units: for quantities that are no times: name -> unit.
        note: one sentence for the table.
        short: the title in the figure; without one it is not drawn.
    """

    letter: str
    title: str
    task: Callable[[str, str], Any]
    reference: Callable[[Any], Job]
    peers: Mapping[str, Callable[[Any], Job]]
    unit: str = "ms"
    per_second: float = 1e3
    targets: tuple[Target, ...] = ()
    dtype: str = "float64"
    tolerance: float = 1e-5
    threads: tuple[int, ...] = (1,)
    rounds: int = 1000
    units: Mapping[str, str] | None = None
    note: str = ""
    short: str = ""


def tuned(peer: Callable[[Any], Job]) -> Callable[[Any], Job]:
    """The same peer after `mg.tune_malloc()`, which keeps freed memory in the process."""

    @functools.wraps(peer)
    def after_tuning(task: Any) -> Job:
        import minigrad as mg

        if not mg.tune_malloc():
            raise Skipped("malloc cannot be tuned on this system")
        return peer(task)

    return after_tuning
