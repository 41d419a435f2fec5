"""Digits drawn by a program: fresh ones for each grading, so that nobody can have seen them, or their labels.

With this module, one can
- draw some:    x, y = drawn_digits(1000, np.random.default_rng(0))

A digit is a few strokes through given points. Each drawing moves the points a little, leans, turns, stretches
and shifts the whole, and uses a pen of its own on 8×8 pixels, the size of the real digits in `mg.data`.
"""

from __future__ import annotations

import numpy as np

SIDE = 8  # pixels
POINTS = 40  # places of the pen on each digit

# Strokes as points (x to the right, y down) in a square from 0 to 1; the pen goes from point to point.
STROKES: dict[int, list[list[tuple[float, float]]]] = {
    0: [
        [
            (0.5, 0),
            (0.2, 0.12),
            (0.1, 0.5),
            (0.2, 0.88),
            (0.5, 1),
            (0.8, 0.88),
            (0.9, 0.5),
            (0.8, 0.12),
            (0.5, 0),
        ]
    ],
    1: [[(0.25, 0.25), (0.55, 0), (0.55, 1)]],
    2: [[(0.1, 0.2), (0.3, 0), (0.7, 0), (0.85, 0.25), (0.6, 0.55), (0.1, 1), (0.9, 1)]],
    3: [[(0.1, 0.05), (0.6, 0), (0.85, 0.22), (0.4, 0.47), (0.85, 0.72), (0.6, 1), (0.1, 0.93)]],
    4: [[(0.6, 0), (0.1, 0.65), (0.95, 0.65)], [(0.7, 0.35), (0.7, 1)]],
    5: [[(0.85, 0), (0.2, 0), (0.15, 0.45), (0.6, 0.4), (0.88, 0.7), (0.6, 1), (0.1, 0.95)]],
    6: [
        [(0.7, 0), (0.3, 0.25), (0.12, 0.7), (0.35, 1), (0.75, 0.97), (0.85, 0.7), (0.55, 0.5), (0.15, 0.65)]
    ],
    7: [[(0.1, 0), (0.9, 0), (0.4, 1)], [(0.3, 0.5), (0.8, 0.5)]],
    8: [[(0.5, 0), (0.2, 0.2), (0.8, 0.75), (0.5, 1), (0.2, 0.75), (0.8, 0.2), (0.5, 0)]],
    9: [[(0.85, 0.3), (0.5, 0.48), (0.15, 0.28), (0.45, 0), (0.85, 0.25), (0.75, 1)]],
}


def drawn_digits(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """`n` digits and their classes.

    Args:
        n: how many.
        rng: decides on everything.

    Returns:
        Pictures of shape (n, 64) with entries from 0 to 1, and classes of shape (n,), as often as each other
        up to chance.

    Example:
        >>> x, y = drawn_digits(3, np.random.default_rng(0))
        >>> x.shape, x.min() >= 0, x.max() <= 1, y
        ((3, 64), np.True_, np.True_, array([8, 6, 5]))
    """
    y = rng.integers(10, size=n)
    x = np.zeros((n, SIDE * SIDE))
    for digit in range(10):
        of_class = np.flatnonzero(y == digit)
        x[of_class] = draw(digit, len(of_class), rng).reshape(-1, SIDE * SIDE)
    return x, y


def draw(digit: int, n: int, rng: np.random.Generator) -> np.ndarray:
    """`n` drawings of a digit, (n, 8, 8)."""
    strokes = [np.array(stroke) for stroke in STROKES[digit]]
    pen = np.concatenate([along(s) @ (s + rng.normal(0, 0.035, (n, *s.shape))) for s in strokes], axis=1)
    turn, lean = rng.normal(0, 0.1, n), rng.normal(0, 0.15, n)
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]).transpose(2, 0, 1)
    leaning = np.stack([np.ones(n), lean, np.zeros(n), np.ones(n)], axis=1).reshape(n, 2, 2)
    size = np.array([4.4, 6.4]) * rng.uniform(0.78, 1.02, (n, 1, 2))
    places = (pen - 0.5) @ (turned @ leaning).transpose(0, 2, 1) * size
    places += (SIDE - 1) / 2 + rng.normal(0, 0.3, (n, 1, 2))
    row, column = np.indices((SIDE, SIDE))[..., None, None]  # two more axes: drawing, place of the pen
    right, down = places[..., 0], places[..., 1]
    distance = ((column - right) ** 2 + (row - down) ** 2).min(-1).transpose(2, 0, 1)
    ink = np.exp(-distance / (2 * rng.uniform(0.45, 0.7, (n, 1, 1)) ** 2))
    return np.clip(ink + rng.normal(0, 0.03, ink.shape), 0, 1)


def along(points: np.ndarray) -> np.ndarray:
    """The weights of a stroke's points in POINTS evenly spaced places on the way from point to point."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    at = np.concatenate([[0], np.cumsum(steps)])
    places = np.linspace(0, at[-1], POINTS)
    return np.stack([np.interp(places, at, one) for one in np.eye(len(points))], axis=1)
