"""How long steps take on a GPU. Launching one takes less than doing it, so a clock waits for what was launched.

All engines are asked in turn, for repeats of about a tenth of a second; what is given are medians, and ratios taken
within a round, for a GPU too slows down when it gets warm.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping

from tests.benchmarks.gpu.engines import Steps


def seconds(steps: Steps, count: int) -> float:
    """The time of one step, of so many one after the other."""
    steps.wait()
    begun = time.perf_counter()
    for _ in range(count):
        steps.step()
    steps.wait()
    return (time.perf_counter() - begun) / count


def enough(steps: Steps, repeat: float) -> int:
    """How many steps take about `repeat` seconds. Before that some are made, so that all kernels are translated."""
    for _ in range(3):
        steps.step()
    count = 1
    while (taken := seconds(steps, count) * count) < repeat / 3:
        count *= 2
    return max(1, round(count * repeat / taken))


def measured(engines: Mapping[str, Steps], rounds: int, repeat: float) -> dict[str, list[float]]:
    """The time of a step in each round, by engine."""
    counts = {name: enough(steps, repeat) for name, steps in engines.items()}
    found: dict[str, list[float]] = {name: [] for name in engines}
    for _ in range(rounds):
        for name, steps in engines.items():
            found[name].append(seconds(steps, counts[name]))
    return found


def ratio(found: Mapping[str, list[float]], one: str, other: str) -> float:
    """How many times as long one takes as the other: the median over the rounds."""
    return statistics.median(a / b for a, b in zip(found[one], found[other], strict=True))
