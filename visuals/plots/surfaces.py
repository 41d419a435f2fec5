"""The loss as a landscape: along a line, from above with contours, and in space.

With this module, one can
- walk along a line:       loss_slice(f, start, end), loss_slice(f, w, direction=d)
- look from above:         loss_contour(f, (-2, 2), (-1, 3), paths=optimizer_paths(…))
- look from the side:      loss_surface(f, (-2, 2), (-1, 3))

The loss is a function of an array; `visuals.plots.loss_of` makes one of a network.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

import minigrad as mg
from minigrad.device import to_cpu
from minigrad.operators import plain
from visuals.plots.captions import described, safe
from visuals.plots.contours import NAMES, bent, contours, draw_path, ends, grid, landscape, path_of
from visuals.plots.inputs import extent, lost, told
from visuals.plots.landscapes import Loss, number_of, on_grid
from visuals.plots.lines import draw_line
from visuals.plots.look import SMALL, TEXT, Look, canvas, labels, legend


def loss_slice(
    loss: Loss,
    start: Any,
    end: Any = None,
    *,
    direction: Any = None,
    span: float = 1.0,
    points: int = 121,
    names: tuple[str, str] = ("start", "end"),
    ax: Any = None,
    theme: str = "auto",
) -> Any:
    """The loss along a line: from one set of parameters to another, or to both sides of one.

        t ↦ loss(start + t · (end - start)), a quarter beyond both;   or   t ↦ loss(start + t · direction),
        |t| ≤ span

    Args:
        loss: a function of an array of start's shape.
        start, end: parameters, for instance before and after training.
        direction: instead of an end.
        span: how far to go along the direction.
        points: where the loss is computed.
        names: what start and end are called.
        ax, theme: as for `training_curves`.

    Returns:
        The axes.

    Raises:
        TypeError: a loss that is no single number.
        ValueError: neither or both of end and direction; different shapes; a loss that is nowhere finite.

    Source: Goodfellow, Vinyals & Saxe, "Qualitatively characterizing neural network optimization problems"
        (2015).

    Example:
        >>> import numpy as np, matplotlib.pyplot as plt
        >>> from visuals.plots import caption
        >>> ax = loss_slice(lambda w: np.sum(w ** 2), np.array([2.0, 0.0]), np.array([0.0, 0.0]))
        >>> print(caption(ax))
        Loss along a line from start (4) to end (0); lowest at t = 1, with 0.
        >>> plt.close()
    """
    if (end is None) == (direction is None):
        raise ValueError("A line needs an end or a direction: loss_slice(f, w, end) or (f, w, direction=d).")
    base = np.asarray(to_cpu(plain(start)), dtype=float)
    step = np.asarray(to_cpu(plain(direction if end is None else end)), dtype=float)
    if step.shape != base.shape:
        what = "direction" if end is None else "end"
        raise ValueError(f"start has shape {base.shape}, but {what} has shape {step.shape}.")
    step = step if end is None else step - base
    t = np.linspace(-span, span, points) if end is None else np.linspace(-0.25, 1.25, points)
    places = {names[0]: 0.0} if end is None else {names[0]: 0.0, names[1]: 1.0}
    with mg.no_grad(), np.errstate(all="ignore"):
        values = np.array([number_of(loss(base + s * step)) for s in t])
        marks = {name: number_of(loss(base + s * step)) for name, s in places.items()}
    extent(values, "The loss on this line")
    ax, look = canvas(ax, theme)
    draw_line(ax, t, values, look, 0, "loss").set_marker("")
    for k, (name, s) in enumerate(places.items()):
        label = f"{safe(name)}: {told(marks[name])}"
        ax.plot([s], [marks[name]], "os"[k], color=look["positive"], markersize=8, label=label, zorder=4)
    toward = "along the direction" if end is None else f"from {safe(names[0])} to {safe(names[1])}"
    labels(ax, x=f"t, {toward}", y="loss")
    legend(ax, look)
    best = int(np.nanargmin(np.where(np.isfinite(values), values, np.nan)))
    way = " to ".join(f"{name} ({told(value)})" for name, value in marks.items())
    described(
        ax,
        f"Loss along a line {'around' if end is None else 'from'} {way}; lowest at t = {told(t[best])}, "
        f"with {told(values[best])}.{lost(values)}",
    )
    return ax


def loss_contour(
    loss: Loss,
    x: tuple[float, float],
    y: tuple[float, float],
    *,
    paths: Mapping[str, Any] | None = None,
    points: int = 61,
    names: tuple[str, str] = NAMES,
    bar: bool = True,
    ax: Any = None,
    theme: str = "auto",
) -> Any:
    """The loss of two parameters from above, with contour lines, and the ways that optimizers took in it.

    Args:
        loss: a function of an array (2,); `plane` makes one of more dimensions.
        x, y: from where to where.
        paths: by name, points (steps + 1, 2), as `optimizer_paths` returns them.
        points: along each axis; the loss is computed points² times.
        names: of the two parameters.
        bar: whether a bar says what the colours mean.
        ax, theme: as for `training_curves`.

    Returns:
        The axes.

    Raises:
        TypeError: a loss that is no single number.
        ValueError: limits in the wrong order, paths of another shape, a loss that is nowhere finite.

    Example:
        >>> import matplotlib.pyplot as plt
        >>> from visuals.plots import caption
        >>> ax = loss_contour(lambda w: w[0] ** 2 + 10 * w[1] ** 2, (-2, 2), (-1, 1), points=21)
        >>> print(caption(ax))
        Loss for w₀ from −2 to 2 and w₁ from −1 to 1: between 0 and 14, lowest at (0, 0).
        >>> plt.close()
    """
    xs, ys = grid(x, "x", points), grid(y, "y", points)
    ways = {name: path_of(path, name) for name, path in (paths or {}).items()}
    values = on_grid(loss, xs, ys)
    ax, look = canvas(ax, theme, (5.8, 4.6))
    contours(ax, look, xs, ys, values, bar)
    for k, (name, way) in enumerate(ways.items()):
        draw_path(ax, look, k, way, safe(name))
    labels(ax, x=safe(names[0]), y=safe(names[1]))
    legend(ax, look)
    described(ax, f"{landscape(xs, ys, values, names)}{ends(loss, ways)}{lost(values)}")
    return ax


def loss_surface(
    loss: Loss,
    x: tuple[float, float],
    y: tuple[float, float],
    *,
    paths: Mapping[str, Any] | None = None,
    points: int = 41,
    names: tuple[str, str] = NAMES,
    view: tuple[float, float] = (38, -60),
    ax: Any = None,
    theme: str = "auto",
) -> Any:
    """The loss of two parameters as a surface in space; the heights are the losses themselves.

    Args:
        loss, x, y, paths, points, names, theme: as for `loss_contour`.
        view: elevation and azimuth, in degrees.
        ax: three-dimensional axes; by default new ones.

    Returns:
        The axes.

    Raises:
        TypeError: axes that are flat; otherwise as for `loss_contour`.

    Example:
        >>> import matplotlib.pyplot as plt
        >>> ax = loss_surface(lambda w: w[0] ** 2 - w[1] ** 2, (-1, 1), (-1, 1), points=11)     # a saddle
        >>> ax.get_zlabel()
        'loss'
        >>> plt.close()
    """
    if ax is not None and not hasattr(ax, "plot_surface"):
        raise TypeError('loss_surface needs axes in space: plt.subplots(subplot_kw={"projection": "3d"}).')
    xs, ys = grid(x, "x", points), grid(y, "y", points)
    ways = {name: path_of(path, name) for name, path in (paths or {}).items()}
    values = on_grid(loss, xs, ys)
    low, high = extent(values, "The loss on this grid")
    ax, look = canvas(ax, theme, (6.0, 4.8), projection="3d")
    in_space(ax, look)
    heights = np.where(np.isfinite(values), values, np.nan)
    ax.plot_surface(
        *np.meshgrid(xs, ys), heights, cmap="cividis", norm=bent(low, high), rstride=1, cstride=1,
        linewidth=0.2, edgecolor=look["line"], alpha=0.9,
    )  # fmt: skip
    for k, (name, way) in enumerate(ways.items()):
        inside = np.all((way >= (xs[0], ys[0])) & (way <= (xs[-1], ys[-1])), axis=1)
        height = np.array([number_of(loss(w)) if ok else np.nan for w, ok in zip(way, inside, strict=True)])
        ax.plot(
            *way.T, height + 0.02 * (high - low), label=safe(name), zorder=10, **look.series(k, every=[0])
        )
    ax.set(xlabel=safe(names[0]), ylabel=safe(names[1]), zlabel="loss")
    ax.zaxis.labelpad = 8
    ax.view_init(*view)
    legend(ax, look)
    described(ax, f"{landscape(xs, ys, values, names)}{ends(loss, ways)}{lost(values)}")
    return ax


def in_space(ax: Any, look: Look) -> None:
    """Give axes in space the colours of a look."""
    ax.set_facecolor(look["paper"])
    for axis in (ax.xaxis, ax.yaxis, ax.zaxis):
        axis.set_pane_color(look.mixed("line", 0.12))
        axis.label.set(color=look["ink"], fontsize=TEXT)
        axis.line.set_color(look["line"])
        ax.tick_params(axis.axis_name, colors=look["line"], labelcolor=look["muted"], labelsize=SMALL)
        axis._axinfo["grid"]["color"] = look.mixed("line", 0.4)
