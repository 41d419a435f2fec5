"""Optimizers side by side on the same loss: their ways, and how fast they get down.

With this module, one can
- compare ways:        optimizer_race(f, (-2, 2), (-1, 3), paths)
- watch them go:       race_movie(f, (-2, 2), (-1, 3), paths)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

import minigrad as mg
from visuals.plots.captions import described, safe
from visuals.plots.contours import NAMES, contours, draw_path, ends, grid, landscape, path_of
from visuals.plots.inputs import columns, lost, several, told
from visuals.plots.landscapes import Loss, number_of, on_grid
from visuals.plots.lines import draw_line, logarithmic
from visuals.plots.look import TEXT, dress, labels, legend, looking, panels, rows_of
from visuals.plots.movies import Movie

EXAMPLE = '{"SGD": points of shape (steps + 1, 2)}'


def optimizer_race(
    loss: Loss,
    x: tuple[float, float],
    y: tuple[float, float],
    paths: Mapping[str, Any],
    *,
    points: int = 61,
    names: tuple[str, str] = NAMES,
    axes: Any = None,
    theme: str = "auto",
) -> np.ndarray:
    """The same loss in one panel per optimizer, each with its way from the start.

    Args:
        loss, x, y, points, names, theme: as for `loss_contour`.
        paths: by name, points (steps + 1, 2), as `optimizer_paths` returns them.
        axes: matplotlib axes to draw on, one per path; by default those of a new figure.

    Returns:
        An array with one Axes per path.

    Raises:
        TypeError, ValueError: as for `loss_contour`; no paths, or not as many axes as paths.

    Example:
        >>> import matplotlib.pyplot as plt, minigrad as mg
        >>> from visuals.plots import optimizer_paths
        >>> loss = lambda w: w[0] ** 2 + 10 * w[1] ** 2
        >>> rivals = {"GD": lambda p: mg.optim.SGD(p, 0.05), "Adam": lambda p: mg.optim.Adam(p, 0.3)}
        >>> paths = optimizer_paths(loss, (-1.5, 0.8), rivals, steps=10)
        >>> [ax.get_title() for ax in optimizer_race(loss, (-2, 2), (-1, 1), paths, points=21)]
        ['GD: loss 0.274 after 10 steps', 'Adam: loss 0.548 after 10 steps']
        >>> plt.close()
    """
    xs, ys = grid(x, "x", points), grid(y, "y", points)
    ways = {name: path_of(path, name) for name, path in columns(paths, "paths", EXAMPLE).items()}
    values = on_grid(loss, xs, ys)
    rows, wide = rows_of(len(ways), axes is not None)
    found, look = panels(axes, theme, rows, wide, (3.2, 2.9), spare=rows * wide - len(ways))
    for k, (ax, (name, way)) in enumerate(zip(found.flat, ways.items(), strict=False)):
        contours(ax, look, xs, ys, values, bar=False)
        draw_path(ax, look, k, way, safe(name))
        steps = int(np.isfinite(way).all(axis=1).sum()) - 1
        text = f"{safe(name, 80)}: loss {told(number_of(loss(way[steps])))} after {several(steps, 'step')}"
        below, left = k + wide < len(ways), k % wide == 0
        labels(ax, text, "" if below else safe(names[0]), safe(names[1]) if left else "")
        ax.title.set_fontsize(TEXT)
        ax.tick_params(labelbottom=not below, labelleft=left)
    drawn = found.reshape(-1)[: len(ways)]
    described(drawn, f"{landscape(xs, ys, values, names)}{ends(loss, ways)}{lost(values)}")
    return drawn


def race_movie(
    loss: Loss,
    x: tuple[float, float],
    y: tuple[float, float],
    paths: Mapping[str, Any],
    *,
    points: int = 61,
    names: tuple[str, str] = NAMES,
    every: int = 1,
    theme: str = "auto",
) -> Movie:
    """All optimizers at once, step by step: where they are, and the loss that they have reached.

    Args:
        loss, x, y, points, names: as for `loss_contour`.
        paths: as for `optimizer_race`.
        every: how many steps there are from frame to frame.
        theme: "light", "dark", or "auto" for that of the notebook's figures.

    Returns:
        A Movie, one frame per step.

    Raises:
        TypeError, ValueError: as for `optimizer_race`.

    Example:
        >>> loss = lambda w: w[0] ** 2 + w[1] ** 2
        >>> race_movie(loss, (-2, 2), (-2, 2), {"GD": [[1.0, 1.0], [0.5, 0.5], [0.2, 0.2]]}, points=11)
        Movie of 3 frames: Loss for w₀ from −2 to 2 ... After 2 steps: GD at 0.08.
    """
    xs, ys = grid(x, "x", points), grid(y, "y", points)
    ways = {name: path_of(path, name) for name, path in columns(paths, "paths", EXAMPLE).items()}
    values, look = on_grid(loss, xs, ys), looking(theme)
    figure = Figure((8.6, 3.9), layout="constrained", facecolor=look["paper"])
    place, height = figure.subplots(1, 2, width_ratios=(1.15, 1))
    for ax in (place, height):
        dress(ax, look)
    contours(place, look, xs, ys, values, bar=False)
    labels(place, x=safe(names[0]), y=safe(names[1]))
    labels(height, x="step", y="loss")
    losses = {}
    with mg.no_grad(), np.errstate(all="ignore"):
        for name, way in ways.items():
            losses[name] = np.array([number_of(loss(w)) if np.isfinite(w).all() else np.nan for w in way])
    log = all((v[np.isfinite(v)] > 0).all() for v in losses.values())
    if log:
        logarithmic(height, "y")
    racers: list[tuple] = []
    for k, (name, way) in enumerate(ways.items()):
        parts = draw_path(place, look, k, way, safe(name))
        curve = draw_line(height, np.arange(len(way)), losses[name], look, k, safe(name), log)
        curve.set_markevery([-1])
        racers.append((*parts, way, curve, losses[name]))
    height.xaxis.set_major_locator(MaxNLocator(integer=True))
    legend(height, look)
    place.set(xlim=(xs[0], xs[-1]), ylim=(ys[0], ys[-1]))
    height.set(xlim=height.get_xlim(), ylim=height.get_ylim())
    longest = max(map(len, ways.values()))
    frames = -(-(longest - 1) // every) + 1

    def show(k: int) -> None:
        end = min(k * every, longest - 1) + 1
        for line, dots, star, way, curve, heights in racers:
            line.set_data(*way[:end].T)
            dots.set_data(*way[:end].T)
            star.set_data(*way[:end][np.isfinite(way[:end]).all(axis=1)][-1:].T)
            curve.set_data(np.arange(len(way))[:end], heights[:end])
        place.set_title(f"step {end - 1}", fontsize=11)

    text = f"{landscape(xs, ys, values, names)}{ends(loss, ways)}{lost(values)}"
    return Movie(figure, show, frames, text, interval=200)
