"""The words of a plot: a caption that tells what it shows, and names that are drawn as they are.

With this module, one can
- read a caption:      caption(ax)
- write one:           described(ax, "Loss over 3 epochs.")
- draw any name:       ax.set_title(safe(name))
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from visuals.text import clean, shorten

NAME = "_minigrad_caption"


def described(plot: Any, text: str) -> None:
    """Keep a caption with the axes of a plot."""
    for ax in each(plot):
        setattr(ax, NAME, text)


def caption(plot: Any) -> str:
    """What a plot shows, in words and with its numbers: for below a figure, and for who cannot see it.

    Args:
        plot: what a function of this package returned: Axes, an array or dict of them, or a Movie.

    Raises:
        ValueError: it was not made by this package.

    Example:
        >>> import matplotlib.pyplot as plt
        >>> from visuals.plots import training_curves
        >>> ax = training_curves({"loss": [0.9, 0.5, 0.4]})
        >>> caption(ax)
        'Loss over 3 epochs, from 0.9 to 0.4.'
        >>> plt.close()
    """
    text = getattr(plot, "caption", None)
    if isinstance(text, str):
        return text
    for ax in each(plot):
        if hasattr(ax, NAME):
            return getattr(ax, NAME)
    raise ValueError(f"This {type(plot).__name__} has no caption: it was not drawn by visuals.plots.")


def each(plot: Any) -> Iterable[Any]:
    """The axes in an array, dict or list of them, or the one itself."""
    if isinstance(plot, dict):
        return list(plot.values())
    return (
        list(plot.flat)
        if isinstance(plot, np.ndarray)
        else plot
        if isinstance(plot, (list, tuple))
        else [plot]
    )


def safe(name: Any, limit: float = 150.0) -> str:
    """A name that matplotlib draws as it is: on one line, not too long, and no formula that it cannot read.

    Characters that matplotlib's font does not have become □. Formulas between dollar signs stay formulas.

    Example:
        >>> safe("layers.0"), safe("costs $5"), safe(r"rate $\\eta$")
        ('layers.0', 'costs \\\\$5', 'rate $\\\\eta$')
    """
    text = shorten(clean(name), limit, 8.0)
    if "$" in text and not formula(text):
        text = text.replace("$", r"\$")
    if text.isascii():
        return text
    from matplotlib.font_manager import FontProperties, findfont, get_font

    known = get_font(findfont(FontProperties())).get_charmap()
    return "".join(char if ord(char) in known else "□" for char in text)


def formula(text: str) -> bool:
    """Whether matplotlib can read what stands between dollar signs."""
    from matplotlib.mathtext import MathTextParser

    if text.count("$") % 2:
        return False
    try:
        MathTextParser("path").parse(text)
    except ValueError:
        return False
    return True
