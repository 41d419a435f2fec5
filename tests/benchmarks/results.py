"""From samples to what the table says: medians, ratios within a round, targets met or missed."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.benchmarks.driver import Samples
from tests.benchmarks.job import Target, Workload


class Verdict(NamedTuple):
    """A target and what was found: `value` is None where something was not measured."""

    target: Target
    value: float | None

    @property
    def met(self) -> bool | None:
        """Whether it was reached; None where nothing was measured."""
        return None if self.value is None else self.value <= self.target.at_most


@dataclass
class Outcome:
    """All that was found for one workload.

    Attributes:
        skipped: peers that did not take part, with the reason.
        wrong: peers that computed something else, with what.
        samples: by number of threads, then by peer.
    """

    workload: Workload
    skipped: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    samples: dict[int, dict[str, Samples]] = field(default_factory=dict)

    def median(self, peer: str, quantity: str = "time", threads: int = 1) -> float | None:
        """Over the rounds; for what is no time, the number of the first run in a fresh process."""
        samples = self.samples.get(threads, {}).get(peer, Samples())
        if quantity in (self.workload.units or ()):
            return samples.once.get(quantity)
        found = [taken[quantity] for taken in samples.rounds if quantity in taken]
        return statistics.median(found) if found else None

    def ratio(self, peer: str, against: str, threads: int = 1) -> float | None:
        """How many times as long as another peer: the median of the ratios within each round."""
        samples = self.samples.get(threads, {})
        if peer not in samples or against not in samples:
            return None
        pairs = zip(samples[peer].rounds, samples[against].rounds, strict=True)
        found = [a["time"] / b["time"] for a, b in pairs if a and b]
        return statistics.median(found) if found else None

    def verdicts(self) -> list[Verdict]:
        """All targets: they are for one thread."""
        return [Verdict(target, self._found(target)) for target in self.workload.targets]

    def _found(self, target: Target) -> float | None:
        if target.against:
            return self.ratio(target.peer, target.against)
        value = self.median(target.peer, target.quantity)
        if value is None or target.quantity in (self.workload.units or ()):
            return value
        return value * self.workload.per_second

    def raw(self) -> dict[str, Any]:
        """Every number that was measured, as JSON can hold it."""
        return {
            "title": self.workload.title,
            "skipped": self.skipped,
            "wrong": self.wrong,
            "threads": {
                threads: {peer: columns(samples) for peer, samples in found.items()}
                for threads, found in self.samples.items()
            },
        }


def columns(samples: Samples) -> dict[str, Any]:
    """One peer's numbers, to four digits: a list over the rounds for each quantity, null where it did not answer."""
    names = dict.fromkeys(name for taken in samples.rounds for name in taken)
    rounds = {name: [shorter(taken.get(name)) for taken in samples.rounds] for name in names}
    once = {name: shorter(value) for name, value in samples.once.items()}
    return {"once": once, "rounds": rounds, **({"skipped": samples.skipped} if samples.skipped else {})}


def shorter(value: float | None) -> float | None:
    """Four significant digits."""
    return None if value is None else float(f"{value:.4g}")
