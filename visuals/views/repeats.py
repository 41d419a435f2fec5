"""What is repeated in a sequence of calls: a hundred times tanh, or a hundred steps of a recurrent network.

With this module, one can
- find it:      runs(keys, least=6) -> [Run(start=2, period=5, times=100)]
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np

LONGEST_PERIOD = 40  # calls in one repeated unit


class Run(NamedTuple):
    """`times` units of `period` items each, all equal, from the item `start` on."""

    start: int
    period: int
    times: int

    @property
    def end(self) -> int:
        return self.start + self.period * self.times


def runs(keys: Sequence[Hashable], least: int) -> list[Run]:
    """The repetitions of a sequence, from left to right; they do not overlap.

    Where several fit, the one that covers most counts, and of these the one of the shortest unit.

    Args:
        keys: per item what makes it equal to others.
        least: how many equal units in a row are a repetition.

    Example:
        >>> runs("xababababc", least=3), runs("aaaaaa", least=3), runs("abc", least=2)
        ([Run(start=1, period=2, times=4)], [Run(start=0, period=1, times=6)], [])
    """
    count = len(keys)
    if count < least:
        return []
    numbers = {key: k for k, key in enumerate(dict.fromkeys(keys))}
    row = np.array([numbers[key] for key in keys])
    covers = np.zeros(count, int)  # per start: how many items the best run there covers
    periods = np.ones(count, int)
    for period in range(1, min(LONGEST_PERIOD, count // least) + 1):
        # how far to the right the sequence goes on equal to itself, shifted by one period
        same = row[:-period] == row[period:]
        stops = np.flatnonzero(~np.append(same, False))
        starts = np.arange(len(same))
        equal = stops[np.searchsorted(stops, starts)] - starts
        times = equal // period + 1
        covered = np.where(times >= least, times * period, 0)
        better = covered > covers[: len(same)]
        covers[: len(same)][better] = covered[better]
        periods[: len(same)][better] = period
    found, at = [], 0
    while at < count:
        if covers[at] == 0:
            at += 1
            continue
        best = at
        # a run that begins a little later may cover much more: its unit is not cut in the middle
        for other in range(at + 1, min(at + int(periods[at]), count)):
            if covers[other] > covers[best] + (other - at):
                best = other
        found.append(Run(best, int(periods[best]), int(covers[best] // periods[best])))
        at = found[-1].end
    return found
