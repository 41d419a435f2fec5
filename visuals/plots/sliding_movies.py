"""Convolution and pooling as movies: the window goes over the input, with the numbers, and the result fills
up.

With this module, one can
- watch a convolution:      convolution_movie([1, 2, 3, 4], [3, 2])
- watch pooling:            pooling_movie(image, 2)
"""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from visuals.plots.cells import ink
from visuals.plots.look import SMALL, TITLE, Look, looking
from visuals.plots.movies import Movie
from visuals.plots.sliding import Slides, Step, short, slides

CELL = 0.52  # inches


def convolution_movie(
    x: Any, kernel: Any, *, stride: Any = 1, padding: Any = 0, dilation: Any = 1, theme: str = "auto"
) -> Movie:
    """x ⊛ kernel, one frame per entry of the result, with the products that are summed written out.

    Kernel and signal are both visited in increasing index order, as in `mg.nn.functional.conv2d`.

    Args:
        x: a signal (L,) or an image (H, W), of one channel, at most 12 cells along an axis.
        kernel: with as many axes.
        stride, padding, dilation: as for `mg.nn.functional.conv2d`.
        theme: "light", "dark", or "auto" for that of the notebook's figures.

    Returns:
        A Movie.

    Raises:
        TypeError, ValueError: as for `slides`.

    Source: Dumoulin & Visin, "A guide to convolution arithmetic for deep learning" (2016).

    Example:
        >>> movie = convolution_movie([1, 2, 3, 4], [3, 2])
        >>> movie, movie.draw(2).axes[0].get_title()
        (Movie of 3 frames: Convolution of 4 entries with a kernel of 2: the result is 7, 12, 17., '3·3 + 4·2
        = 17')
    """
    found = slides(x, kernel, stride=stride, padding=padding, dilation=dilation)
    what = f"Convolution of {sized(found.size)} with a kernel of {sized(found.kernel.shape, '')}"
    return movie_of(found, what, theme)


def pooling_movie(
    x: Any, size: Any, *, how: str = "max", stride: Any = None, padding: Any = 0, theme: str = "auto"
) -> Movie:
    """Pooling, one frame per entry of the result: the largest entry of the window, or the mean.

    Args:
        x: a signal (L,) or an image (H, W), at most 12 cells along an axis.
        size: of the window, an int or one per axis.
        how: "max" or "mean".
        stride: by default the window's size; padding: 0. As for `mg.nn.functional.max_pool2d`.
        theme: "light", "dark", or "auto" for that of the notebook's figures.

    Returns:
        A Movie.

    Raises:
        TypeError, ValueError: as for `slides`.

    Example:
        >>> pooling_movie([[1, 5, 4, 4], [0, 2, 8, 1]], 2)
        Movie of 2 frames: Max-pooling of 2 × 4 entries in windows of 2 × 2: the result is 5, 8.
    """
    found = slides(x, size=size, how=how, stride=stride, padding=padding)
    window = size if isinstance(size, (tuple, list)) else (size,) * found.x.ndim
    name = "Max-pooling" if how == "max" else "Mean-pooling"
    return movie_of(found, f"{name} of {sized(found.size)} in windows of {sized(tuple(window), '')}", theme)


def movie_of(found: Slides, what: str, theme: str) -> Movie:
    """The frames of a window on its way."""
    look = looking(theme)
    stage = Stage(found, look)
    values = ", ".join(short(v) for v in found.result.ravel())
    result = values if found.result.size <= 12 else sized(found.result.shape)
    caption = f"{what}: the result is {result}."
    return Movie(stage.figure, stage.show, len(found.steps), caption, interval=900)


class Stage:
    """Where a movie plays: input, kernel and result as cells with numbers; in 1-D one below the other."""

    def __init__(self, found: Slides, look: Look) -> None:
        self.found, self.look = found, look
        self.flat = found.x.ndim == 1
        self.x, self.kernel, self.result = (a.reshape(1, -1) if self.flat else a for a in
                                            (found.x, found.kernel, found.result))  # fmt: skip
        parts = [self.x, *([self.kernel] if self.kernel.size else []), self.result]
        heights, widths = [part.shape[0] for part in parts], [part.shape[1] for part in parts]
        gap = 1.4
        if self.flat:
            width, height = max(widths), sum(heights) + gap * (len(parts) - 1)
            self.corners = [(0.0, k * (1 + gap)) for k in range(len(parts))]
        else:
            width, height = sum(widths) + gap * (len(parts) - 1), max(heights)
            lefts = np.cumsum([0.0, *(w + gap for w in widths[:-1])])
            self.corners = [(float(left), (height - h) / 2) for left, h in zip(lefts, heights, strict=True)]
        wide = max(5.0, CELL * (width + 1))
        self.line = int(wide / 0.095)  # characters of a title that fit
        lines = max(len(textwrap.wrap(step.text, self.line)) for step in found.steps)
        head, body = 0.2 + 0.24 * lines, CELL * (height + 1.2)
        self.figure = Figure((wide, head + body), facecolor=look["paper"])
        self.axes = self.figure.add_axes((0, 0, 1, body / (head + body)))
        self.axes.set(xlim=(-0.5, width + 0.5), ylim=(height + 0.3, -0.9), aspect="equal")
        self.axes.axis("off")

    def show(self, k: int) -> None:
        """Draw place k."""
        axes, look, step = self.axes, self.look, self.found.steps[k]
        for artist in [*axes.patches, *axes.texts]:
            artist.remove()
        covered = set(step.cells)
        self.block(
            self.x, self.corners[0], "input", lambda i, j: self.ground((j,) if self.flat else (i, j), covered)
        )
        if self.kernel.size:
            kernel = look.mixed("parameter-line", 0.3), look["line"], 0.8
            self.block(self.kernel, self.kernel_corner(step), "kernel", lambda i, j: kernel)
        done = {s.place: s.value for s in self.found.steps[: k + 1]}
        self.block(
            self.result, self.corners[-1], "result",
            lambda i, j: self.fresh((j,) if self.flat else (i, j), step, done), known=done,
        )  # fmt: skip
        axes.set_title(textwrap.fill(step.text, self.line), fontsize=TITLE, color=look["ink"], pad=6)

    def kernel_corner(self, step: Step) -> tuple[float, float]:
        """Where the kernel stands: in 1-D it moves along with the window."""
        left, top = self.corners[1]
        return (float(step.cells[0][0]), top) if self.flat and self.dense(step) else (left, top)

    def dense(self, step: Step) -> bool:
        """Whether the window covers neighbouring cells, so that the kernel fits below it."""
        return len(step.cells) == step.cells[-1][0] - step.cells[0][0] + 1

    def ground(self, cell: tuple[int, ...], covered: set) -> tuple[Any, str, float]:
        """Colour, frame and its width for a cell of the input."""
        look, found = self.look, self.found
        inside = all(0 <= c - p < n for c, p, n in zip(cell, found.padding, found.size, strict=True))
        if cell in covered:
            return look.mixed("positive", 0.35), look["positive"], 2.4
        return look.mixed("data-line", 0.18) if inside else look["paper"], look["line"], 0.8

    def fresh(self, place: tuple[int, ...], step: Step, done: dict) -> tuple[Any, str, float]:
        """Colour, frame and its width for a cell of the result."""
        look = self.look
        if place == step.place:
            return look.mixed("positive", 0.35), look["positive"], 2.4
        return look.mixed("value", 0.18) if place in done else look["paper"], look["line"], 0.8

    def block(
        self, values: np.ndarray, corner: tuple[float, float], name: str, style: Any, known: Any = None
    ) -> None:
        """Cells with their numbers (only at places that are `known`, if it is given), and a name above them."""
        left, top = corner
        for (i, j), value in np.ndenumerate(values):
            colour, edge, width = style(i, j)
            self.axes.add_patch(
                Rectangle((left + j, top + i), 1, 1, facecolor=colour, edgecolor=edge, linewidth=width,
                          zorder=3 if width > 2 else 2)
            )  # fmt: skip
            place = (j,) if self.flat else (i, j)
            if known is None or place in known:
                text = "" if np.isneginf(value) else short(value)
                ink(self.axes, self.look, left + j + 0.5, top + i + 0.5, text, colour, size=10, zorder=4)
        self.axes.text(left + values.shape[1] / 2, top - 0.18, name, ha="center", va="bottom", fontsize=SMALL,
                       color=self.look["muted"])  # fmt: skip


def sized(size: tuple[int, ...], unit: str = " entries") -> str:
    """A size in words: 4 × 4 entries."""
    return " × ".join(map(str, size)) + unit
