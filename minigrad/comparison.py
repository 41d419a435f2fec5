"""Comparing a backward pass with finite differences, and the report of it.

With this module, one can
- compare:      compared(probe, backward, label="…", names=…, seeds=…, fast=…) -> CheckReport
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from minigrad.diagnosis import Evidence, diagnose
from minigrad.differences import ATOL, CURVED, Probe, Slopes, agrees, disagreement, five_points, noise
from minigrad.errors import GradientError


@dataclass
class InputReport:
    """What was found for one input: the entry that is furthest off, over all seeds.

    Attributes:
        name: of the input.
        index: where that entry is.
        analytic, numeric: what the backward pass and the finite differences say there.
        wrong, entries: how many derivatives disagree, of how many.
        error: the difference, relative to the largest entry of the gradient.
    """

    name: str
    index: tuple[int, ...] = ()
    analytic: float = math.nan
    numeric: float = math.nan
    wrong: int = 0
    entries: int = 0
    error: float = -1.0

    @property
    def ratio(self) -> float:
        """analytic / numeric; NaN where that says nothing."""
        return self.analytic / self.numeric if self.numeric else math.nan


@dataclass
class CheckReport:
    """What a gradient check compared.

    Attributes:
        label: what was checked.
        seeds: the seeds of the upstream gradients; one of them reproduces a draw.
        inputs: one InputReport per input.
        kinks: how many entries lay on a kink, where any slope between both sides is accepted.
    """

    label: str
    seeds: tuple[int, ...]
    inputs: list[InputReport]
    kinks: int = 0

    @property
    def entries(self) -> int:
        """How many derivatives were compared."""
        return sum(part.entries for part in self.inputs)

    @property
    def worst(self) -> float:
        """The largest error found, relative to the largest entry of its gradient."""
        return max([0.0, *(part.error for part in self.inputs)])

    def add(self, i: int, sent: np.ndarray, slopes: Slopes, wrong: np.ndarray) -> None:
        """Take in the comparison of one input's gradient."""
        part = self.inputs[i]
        part.entries += sent.size
        part.wrong += int(wrong.sum())
        self.kinks += int(slopes.kink.sum())
        if not sent.size or sent.shape != slopes.central.shape:
            return
        with np.errstate(all="ignore"):
            gap = np.abs(sent - slopes.central) / (slopes.scale or 1.0)
        gap = np.where(slopes.kink & ~wrong, 0, np.where(np.isnan(gap), np.inf, gap))
        at = tuple(int(k) for k in np.unravel_index(int(np.argmax(gap)), gap.shape))
        self._worst(i, at, float(gap[at]), float(sent[at]), float(slopes.central[at]))

    def agreed(self, i: int, sent: float, slope: float, kink: bool) -> None:
        """Take in that one input's gradient is right along a direction."""
        self.inputs[i].entries += 1
        self.kinks += kink
        gap = 0.0 if kink else abs(sent - slope) / (abs(slope) or 1.0)
        self._worst(i, (), gap, sent, slope)

    def _worst(self, i: int, at: tuple[int, ...], gap: float, analytic: float, numeric: float) -> None:
        part = self.inputs[i]
        if gap > part.error:
            part.index, part.error, part.analytic, part.numeric = at, gap, analytic, numeric

    def __str__(self) -> str:
        kinks = f", {self.kinks} on a kink" if self.kinks else ""
        return f"{self.label}: {self.entries} derivatives agree, worst error {self.worst:.1e}{kinks}"


def compared(
    probe: Probe,
    backward: Callable,
    *,
    label: str,
    names: Sequence[str] | None,
    seeds: Sequence[int] | None,
    fast: bool,
    trusted: bool = False,
) -> CheckReport:
    """Compare `backward` with the slopes of the probe's function. Arguments and errors: see `check_vjp`.

    If `backward` is `trusted` to have no state and to overwrite nothing, it is not called a second time to find out.
    """
    arrays = probe.arrays
    called = list(names) if names else [f"input {i}" for i in range(len(arrays))]
    seeds = tuple(seeds if seeds is not None else (0,) if fast else (0, 1, 2))
    report = CheckReport(label, seeds, [InputReport(name) for name in called])
    rngs = [np.random.default_rng(seed) for seed in seeds]
    gs = [spread(rng, probe.middle.size).reshape(probe.middle.shape) for rng in rngs]
    # The function runs once for all upstream gradients: they only weigh its results.
    slopes = cache(lambda i: probe.slopes(i, np.stack(gs).reshape(len(gs), -1)))
    for k, (seed, rng, g) in enumerate(zip(seeds, rngs, gs, strict=True)):
        evidence = Evidence(label, called, arrays, g, probe.middle, seed, backward)
        if trusted:
            evidence.sent = evidence.again(g)
        else:
            evidence.collect()  # raises for state, mutation, a wrong number of gradients
        agree = along_directions(rng, probe, g, evidence.sent, report) if fast else set()
        for i, sent in enumerate(evidence.sent):
            if i not in agree:
                compare(evidence, i, sent, probe, slopes, k, report)
    return report


def spread(rng: np.random.Generator, size: int) -> np.ndarray:
    """Random numbers of both signs, none of them near 0."""
    u = rng.uniform(-1.0, 1.0, size)
    return u + np.copysign(0.5, u)


def compare(
    evidence: Evidence,
    i: int,
    sent: np.ndarray | None,
    probe: Probe,
    slopes: Callable[[int], list[Slopes]],
    k: int,
    report: CheckReport,
) -> None:
    """Compare the gradient for input i with all slopes, from the k-th upstream gradient."""
    found = slopes(i)[k]
    if sent is None or sent.shape != found.central.shape:
        wrong = np.abs(found.central) > ATOL if sent is None else np.ones(sent.shape, dtype=bool)
    else:
        wrong = disagreement(sent, found)
        if wrong.any():
            probe.settle(i, evidence.g, found, wrong)
            wrong = disagreement(sent, found)
    report.add(i, np.zeros(0) if sent is None else sent, found, wrong)
    if sent is None or sent.shape != found.central.shape or wrong.any():
        evidence.numeric = lambda other: slopes(other)[k].central
        raise GradientError(*diagnose(evidence, i, found, wrong), report)


def along_directions(
    rng: np.random.Generator, probe: Probe, g: np.ndarray, gradients: list, report: CheckReport
) -> set[int]:
    """The inputs whose gradient is right along one random direction: one number each instead of many."""
    sizes = [a.size for a in probe.arrays]
    random, rounding = spread(rng, sum(sizes)), noise(g, probe.middle)
    directions, end = {}, 0
    for i, (x, sent) in enumerate(zip(probe.arrays, gradients, strict=True)):
        begin, end = end, end + x.size
        if sent is not None and sent.shape == x.shape:
            directions[i] = random[begin:end].reshape(x.shape) * max(1, x.size) ** -0.5
    agreed = set()
    for (i, v), (left, right) in zip(directions.items(), probe.along(g, directions), strict=True):
        along, central, kink = float(np.vdot(gradients[i], v)), (left + right) / 2, False
        straight = abs(right - left) <= CURVED * max(abs(left), abs(right))
        if not (straight and agrees(along, left, right, central, rounding)):
            sides = [np.array(x) for x in (left, right, *probe.along(g, {i: v}, far=2)[0])]
            central, kink = (x.item() for x in five_points(*sides))
        if agrees(along, left, right, central, rounding):
            agreed.add(i)
            report.agreed(i, along, central, kink)
    return agreed
