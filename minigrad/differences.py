"""Finite differences: what the derivative must be, measured on the function alone.

With this module, one can
- measure every entry:      differences(forward, arrays, i, g) -> Slopes
- measure one direction:    directional(forward, arrays, i, g, v) -> Slopes
- compare:                  disagreement(gradient, slopes) -> where it is wrong

Slopes are measured from both sides. On a smooth function they differ by about the step; where they differ for
good the function has a kink, and every value between them is right.

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


@dataclass
class Slopes:
    """The derivative of g·forward with respect to one input, seen from both sides."""

    central: np.ndarray
    left: np.ndarray
    right: np.ndarray
    kink: np.ndarray
    noise: float  # what rounding alone may change


def differences(forward: Callable, arrays: list[np.ndarray], i: int, g: np.ndarray) -> Slopes:
    """∂(g·forward)/∂(input i), every entry."""
    x = arrays[i]
    parts = [np.zeros(x.shape) for _ in range(3)]
    kink = np.zeros(x.shape, dtype=bool)
    middle = evaluate(forward, arrays, i, x)
    for index in np.ndindex(x.shape):
        unit = np.zeros(x.shape)
        unit[index] = 1
        *found, kink[index] = slope_along(
            forward, arrays, i, g, middle, unit, STEP * max(1.0, abs(float(x[index])))
        )
        for part, value in zip(parts, found, strict=True):
            part[index] = value
    return Slopes(parts[0], parts[1], parts[2], kink, noise(g, middle))


def directional(forward: Callable, arrays: list[np.ndarray], i: int, g: np.ndarray, v: np.ndarray) -> Slopes:
    """The derivative of g·forward along one direction `v` of input i: one number."""
    middle = evaluate(forward, arrays, i, arrays[i])
    h = STEP * max(1.0, float(np.abs(arrays[i]).max(initial=0)))
    *found, kink = slope_along(forward, arrays, i, g, middle, v, h)
    central, left, right = (np.asarray(value) for value in found)
    return Slopes(central, left, right, np.asarray(kink), noise(g, middle))


def evaluate(forward: Callable, arrays: list[np.ndarray], i: int, x: np.ndarray) -> np.ndarray:
    """The function with `x` in place of input i, on copies: it may write into what it gets."""
    out = forward(*(x.copy() if k == i else a.copy() for k, a in enumerate(arrays)))
    return np.asarray(as_plain(out), dtype=np.float64)


def slope_along(
    forward: Callable, arrays: list, i: int, g: np.ndarray, middle: np.ndarray, v: np.ndarray, h: float
) -> tuple[float, float, float, bool]:
    """(central, left, right, whether there is a kink) of g·forward along `v`."""
    far_left, near_left, near_right, far_right = (
        float(np.sum(g * (evaluate(forward, arrays, i, arrays[i] + k * h * v) - middle)))
        for k in (-2, -1, 1, 2)
    )
    left, right = -near_left / h, near_right / h
    central = (8 * (near_right - near_left) - (far_right - far_left)) / (12 * h)  # error ~ h⁴
    # Doubling the step doubles the gap between both slopes of a smooth function, and leaves that of a kink.
    gap, wide = right - left, (far_right + far_left) / (2 * h)
    return central, left, right, abs(gap) > 1e-2 * max(abs(left), abs(right)) and abs(wide) < 1.5 * abs(gap)


def noise(g: np.ndarray, middle: np.ndarray) -> float:
    """What rounding alone may change in a slope."""
    return float(64 * np.finfo(np.float64).eps * np.abs(g * middle).max(initial=0) / STEP)


def disagreement(sent: np.ndarray, slopes: Slopes) -> np.ndarray:
    """Where a gradient is wrong: outside what lies between the slopes from both sides, and the tolerance.

    On a smooth function the slopes from both sides differ by about the step; only at a kink by more.
    """
    if sent.shape != slopes.central.shape:
        return np.ones(sent.shape, dtype=bool)
    c, scale = slopes.central, np.abs(slopes.central).max(initial=0)
    tolerance = RTOL * np.abs(c) + ATOL * scale + 1e-9 + slopes.noise
    low = np.minimum(np.minimum(slopes.left, slopes.right), c) - tolerance
    high = np.maximum(np.maximum(slopes.left, slopes.right), c) + tolerance
    return ~((sent >= low) & (sent <= high))  # written so that NaN is wrong


def as_plain(value: Any) -> Any:
    """The numbers of a Tensor, or the value itself."""
    return value.numpy() if isinstance(value, Traced) else value
