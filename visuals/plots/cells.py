"""Matrices as coloured cells with their numbers in them."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.colors import Normalize, to_rgb

from minigrad.symbols import number
from visuals.plots.look import SMALL, Look

READABLE = 12  # rows or columns of numbers that fit


def cells(ax: Any, look: Look, matrix: np.ndarray, top: float, numbers: bool = True) -> Any:
    """A matrix, blue below 0 and orange above, with every number in its cell if there are few.

    Args:
        top: the number with the strongest colour.

    Returns:
        The image.
    """
    image = ax.imshow(
        np.ma.masked_invalid(matrix), cmap=look.diverging, norm=Normalize(-top, top), aspect="auto"
    )
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(True)
    if numbers and max(matrix.shape) <= READABLE:
        for (row, column), value in np.ndenumerate(matrix):
            ink(ax, look, column, row, number(float(f"{value:.3g}")), image.to_rgba(value))
    return image


def ink(
    ax: Any, look: Look, x: float, y: float, text: str, ground: Any, size: float = SMALL, **options: Any
) -> None:
    """A text in a cell, in whatever stands out from its colour."""
    best = max((look["ink"], look["paper"]), key=lambda colour: contrast(colour, ground))
    ax.text(x, y, text, ha="center", va="center", fontsize=size, color=best, **options)


def contrast(one: Any, other: Any) -> float:
    """How well two colours can be told apart, from 1 to 21: as Web accessibility guidelines measure it."""
    low, high = sorted(
        luminance(to_rgb(colour[:3] if len(colour) == 4 else colour)) for colour in (one, other)
    )
    return (high + 0.05) / (low + 0.05)


def luminance(rgb: tuple) -> float:
    """The light that a colour gives, from 0 to 1."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def entries(shape: tuple, letter: str) -> list[str]:
    """Names of the entries of an array, row by row: x₀, x₁, … or x₀₀, x₀₁, …

    Example:
        >>> entries((2,), "x"), entries((1, 2), "z"), entries((), "z")
        (['x₀', 'x₁'], ['z₀₀', 'z₀₁'], ['z'])
    """
    low = str.maketrans("0123456789,", "₀₁₂₃₄₅₆₇₈₉,")
    apart = "," if max(shape, default=0) > 10 else ""
    return [letter + apart.join(map(str, index)).translate(low) for index in np.ndindex(shape)]
