"""The shapes of a network's picture: discs, rings, and lines as thick as a number is large."""

from __future__ import annotations

import math

import numpy as np

from visuals.pieces import Outline

RADIUS = 17.0  # of a neuron
GAP, RING = 2.0, 6.0  # around it, and the thickest ring
THINNEST, THICKEST = 0.5, 5.5  # lines


def largest(array: np.ndarray) -> float:
    """The largest finite magnitude, or 1."""
    finite = np.abs(array[np.isfinite(array)])
    return float(finite.max(initial=0.0)) or 1.0


def sign_of(value: float) -> str:
    """The part that shows a number's sign."""
    return "mg-pos" if value > 0 else "mg-neg"


def line(x0: float, y0: float, x1: float, y1: float, weight: float, top: float) -> Outline:
    """A weight as a thin quadrilateral: its fill tells the sign, its width the magnitude."""
    share = min(abs(weight) / top, 1.0) if math.isfinite(weight) and top else 1.0
    half = (THINNEST + (THICKEST - THINNEST) * share) / 2
    length = math.hypot(x1 - x0, y1 - y0)
    dx, dy = half * (y0 - y1) / length, half * (x1 - x0) / length
    corners = ((x0 + dx, y0 + dy), (x1 + dx, y1 + dy), (x1 - dx, y1 - dy), (x0 - dx, y0 - dy))
    part = "mg-nan" if not math.isfinite(weight) else "mg-heat-frame" if not weight else sign_of(weight)
    return Outline(part, f"M{' L'.join(f'{x:.2f},{y:.2f}' for x, y in corners)} Z")


def disc(x: float, y: float, r: float) -> str:
    """A circle as a path of four curves."""
    k = 0.5523 * r
    points = [
        *((x, y - r), (x + k, y - r), (x + r, y - k), (x + r, y)),
        *((x + r, y + k), (x + k, y + r), (x, y + r)),
        *((x - k, y + r), (x - r, y + k), (x - r, y)),
        *((x - r, y - k), (x - k, y - r), (x, y - r)),
    ]
    text = [f"{px:.2f},{py:.2f}" for px, py in points]
    return f"M{text[0]} C{' '.join(text[1:4])} C{' '.join(text[4:7])} C{' '.join(text[7:10])} C{' '.join(text[10:])} Z"


def paper(x: float, y: float, w: float, h: float) -> Outline:
    """An empty place for a text, so that no line goes through it."""
    left, right, top, bottom = x - w / 2 - 2, x + w / 2 + 2, y - h / 2, y + h / 2
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    return Outline("mg-background", f"M{' L'.join(f'{px:.2f},{py:.2f}' for px, py in corners)} Z")


def ring(x: float, y: float, inner: float, outer: float) -> str:
    """The area between two circles: the inner one is drawn the other way round."""
    k = 0.5523 * inner
    points = [
        *((x, y - inner), (x - k, y - inner), (x - inner, y - k), (x - inner, y)),
        *((x - inner, y + k), (x - k, y + inner), (x, y + inner)),
        *((x + k, y + inner), (x + inner, y + k), (x + inner, y)),
        *((x + inner, y - k), (x + k, y - inner), (x, y - inner)),
    ]
    text = [f"{px:.2f},{py:.2f}" for px, py in points]
    back = f"M{text[0]} C{' '.join(text[1:4])} C{' '.join(text[4:7])} C{' '.join(text[7:10])} C{' '.join(text[10:])} Z"
    return f"{disc(x, y, outer)} {back}"
