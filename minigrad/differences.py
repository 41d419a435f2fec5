"""Finite differences: what the derivative must be, measured on the function alone.

With this module, one can
- measure every entry:      Probe(forward, arrays).slopes(i, gs) -> one Slopes per upstream gradient
- measure one direction:    Probe(forward, arrays).along(g, {i: direction}) -> [(left, right)]
- compare:                  disagreement(gradient, slopes) -> where it is wrong

Slopes are measured from both sides. On a smooth function they differ by about the step; where they differ for
good the function has a kink, and every value between them is right. A value on each side is enough for nearly every
entry; where the two slopes differ more than rounding and curvature explain, two values further out decide.

Source: Abramowitz & Stegun (1964), 25.3.21, for the five-point formula.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from minigrad.record import Traced

RTOL = 1e-5  # relative to the entry
ATOL = 1e-7  # relative to the largest entry of the gradient
STEP = 6e-6  # ≈ cube root of float64's precision: rounding and truncation errors balance
CURVED = 1e-3  # slopes that differ by more are looked at again; the error of their mean is about the square of this
ROOM = 1 << 20  # numbers: how many results are kept until they are multiplied by the upstream gradients


@dataclass
class Slopes:
    """The derivative of g·forward with respect to one input, seen from both sides.

    Attributes:
        central, left, right: per entry the slope, and those on both sides.
        kink: where they differ for good.
        noise: what rounding alone may change.
        scale: the size of the gradient: its largest entry.
    """

    central: np.ndarray
    left: np.ndarray
    right: np.ndarray
    kink: np.ndarray
    noise: float
    scale: Any


class Probe:
    """A function around one point.

    The function runs on the same arrays again and again, with one entry changed for a moment. If it writes into
    what it gets, it is given copies.
    """

    def __init__(self, forward: Callable, arrays: list[np.ndarray]) -> None:
        self.arrays = arrays
        self.work = [a.copy() for a in arrays]
        self.forward = forward
        self.copying = False
        first = forward(*self.work)
        if isinstance(first, Traced):
            self.forward = lambda *given: as_plain(forward(*given))
            first = as_plain(first)
        self.middle = np.array(first, dtype=np.float64)
        self._look()

    def steps(self, i: int) -> np.ndarray:
        """How far to go from each entry of input i: far enough to be seen beside its size."""
        return STEP * np.maximum(1.0, np.abs(self.arrays[i])).reshape(-1)

    def _look(self, spoiled: bool = False) -> bool:
        """Whether the function has written into what it got; from then on it gets copies."""
        pairs = list(zip(self.arrays, self.work, strict=True))
        if self.copying or (not spoiled and all(same_numbers(a, b) for a, b in pairs)):
            return False
        for array, work in pairs:
            work[...] = array
        self.copying = True
        return True

    def value(self) -> Any:
        """The function at the working arrays."""
        return self.forward(*[a.copy() for a in self.work] if self.copying else self.work)

    # Entry by entry -------------------------------------------------------------------------------------

    def slopes(self, i: int, gs: np.ndarray) -> list[Slopes]:
        """∂(g·forward)/∂(input i), every entry, for each row g of `gs`."""
        every = np.arange(self.arrays[i].size)
        left, right = self._sides(i, every, gs, 1)
        central, kink = mean(left, right), np.zeros(left.shape, dtype=bool)
        again = np.flatnonzero(curved(left, right).any(axis=1))
        if again.size:
            central[again], kink[again] = self._closer(i, again, gs, left[again], right[again])
        shape, found = self.arrays[i].shape, []
        for k, g in enumerate(gs):
            c, l, r, on_kink = (part[:, k].reshape(shape) for part in (central, left, right, kink))
            found.append(Slopes(c, l, r, on_kink, noise(g, self.middle), np.abs(c).max(initial=0)))
        return found

    def settle(self, i: int, g: np.ndarray, slopes: Slopes, wrong: np.ndarray) -> None:
        """Look more closely at the entries that seem wrong, before anybody says that they are."""
        at = np.flatnonzero(wrong)
        left, right = slopes.left.reshape(-1, 1)[at], slopes.right.reshape(-1, 1)[at]
        central, kink = self._closer(i, at, g.reshape(1, -1), left, right)
        np.put(slopes.central, at, central)
        np.put(slopes.kink, at, kink)
        slopes.scale = np.abs(slopes.central).max(initial=0)

    def _sides(self, i: int, which: np.ndarray, gs: np.ndarray, far: int) -> tuple[np.ndarray, np.ndarray]:
        """The slopes on both sides, `far` steps out: per entry in `which` a row, with one number for each g."""
        steps = far * self.steps(i)[which]
        left = -self._changes(i, which, gs, -steps) / steps[:, None]
        return left, self._changes(i, which, gs, steps) / steps[:, None]

    def _changes(self, i: int, which: np.ndarray, gs: np.ndarray, steps: np.ndarray) -> np.ndarray:
        """How g·forward changes with each entry in `which`."""
        flat, x = self.work[i].reshape(-1), self.arrays[i].reshape(-1)
        forward = self._copying if self.copying else self.forward
        changes = np.empty((which.size, len(gs)))
        room = max(1, ROOM // max(1, self.middle.size))
        results = np.empty((min(room, which.size), *self.middle.shape))
        spoiled = False
        for begin in range(0, which.size, room):
            part = slice(begin, begin + room)
            places = which[part].tolist()
            moved, before = (x[places] + steps[part]).tolist(), x[places].tolist()
            for row, k in enumerate(places):
                spoiled |= flat[k] != before[row]  # here, or it would be put right unseen
                flat[k] = moved[row]
                results[row] = forward(*self.work)
                flat[k] = before[row]
            with np.errstate(all="ignore"):
                found = results[: len(places)].reshape(len(places), -1) - self.middle.reshape(-1)
                changes[part] = found @ gs.T
        return self._changes(i, which, gs, steps) if self._look(spoiled) else changes

    def _copying(self, *work: np.ndarray) -> Any:
        return self.value()

    def _closer(
        self, i: int, which: np.ndarray, gs: np.ndarray, left: np.ndarray, right: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """The slope from five points, and whether there is a kink, for the entries in `which`."""
        return five_points(left, right, *self._sides(i, which, gs, 2))

    # Along directions -----------------------------------------------------------------------------------

    def along(
        self, g: np.ndarray, directions: dict[int, np.ndarray], far: int = 1
    ) -> list[tuple[float, float]]:
        """The slopes of g·forward on both sides, `far` steps out, along a direction of each input that has one."""
        found, spoiled = [], False
        for i, v in directions.items():
            spoiled |= not same_numbers(self.arrays[i], self.work[i])
            found.append(self._along(g, self.arrays[i], self.work[i], v, far))
        return self.along(g, directions, far) if self._look(spoiled) else found

    def _along(
        self, g: np.ndarray, x: np.ndarray, work: np.ndarray, v: np.ndarray, far: int
    ) -> tuple[float, float]:
        h = far * STEP * max(1.0, (float(np.vdot(x, x)) / max(1, x.size)) ** 0.5)
        step = h * v
        np.subtract(x, step, out=work)
        left = self._change(g) / -h
        np.add(x, step, out=work)
        right = self._change(g) / h
        work[...] = x
        return left, right

    def _change(self, g: np.ndarray) -> float:
        value = self.value()
        if not self.middle.ndim:  # a single number, as losses are: Python is quicker with it
            return float(g) * (float(value) - float(self.middle))
        with np.errstate(all="ignore"):
            return float(np.vdot(g, value - self.middle))


def mean(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The slope between two others; NaN where one is infinite and the other is too, the other way."""
    with np.errstate(all="ignore"):
        return (left + right) / 2


def five_points(
    left: np.ndarray, right: np.ndarray, far_left: np.ndarray, far_right: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The slope between four others, those of steps and double steps to both sides; and whether there is a kink."""
    with np.errstate(all="ignore"):
        central = (4 * (left + right) - (far_left + far_right)) / 6  # error ~ step⁴
        # Doubling the step doubles the gap between both slopes of a smooth function, and leaves that of a kink.
        gap, wide = np.abs(right - left), np.abs(far_right - far_left)
        return central, (gap > 1e-2 * np.maximum(np.abs(left), np.abs(right))) & (wide < 1.5 * gap)


def curved(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Where the slopes on both sides differ by more than a gentle curvature explains."""
    with np.errstate(all="ignore"):
        return np.abs(right - left) > CURVED * np.maximum(np.abs(left), np.abs(right))


def noise(g: np.ndarray, middle: np.ndarray) -> float:
    """What rounding alone may change in a slope."""
    largest = np.abs(g.reshape(-1) * middle.reshape(-1)).max(initial=0)
    return float(64 * np.finfo(np.float64).eps * largest / STEP)


def disagreement(sent: np.ndarray, slopes: Slopes) -> np.ndarray:
    """Where a gradient is wrong: outside what lies between the slopes from both sides, and the tolerance.

    On a smooth function the slopes from both sides differ by about the step; only at a kink by more.
    """
    if sent.shape != slopes.central.shape:
        return np.ones(sent.shape, dtype=bool)
    c = slopes.central
    with np.errstate(all="ignore"):
        tolerance = RTOL * np.abs(c) + ATOL * slopes.scale + (1e-9 + slopes.noise)
        low = np.minimum(np.minimum(slopes.left, slopes.right), c) - tolerance
        high = np.maximum(np.maximum(slopes.left, slopes.right), c) + tolerance
    return ~((sent >= low) & (sent <= high))  # written so that NaN is wrong


def agrees(sent: float, left: float, right: float, central: float, noise: float) -> bool:
    """Whether a single number is right: `disagreement`, answered in a tenth of the time."""
    tolerance = (RTOL + ATOL) * abs(central) + 1e-9 + noise
    return min(left, right, central) - tolerance <= sent <= max(left, right, central) + tolerance


def same_numbers(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays hold the same numbers. Equal bytes are equal numbers, and quickly compared."""
    return a.shape == b.shape and (a.tobytes() == b.tobytes() or np.array_equal(a, b, equal_nan=True))


def as_plain(value: Any) -> Any:
    """The numbers of a Tensor, or the value itself."""
    return value.numpy() if isinstance(value, Traced) else value
