"""Decision boundaries: which class a network sees where, in two dimensions, and how that changes while it
learns.

With this module, one can
- draw one:                    decision_boundary(net, x, y)
- several states side by side: boundaries_over_training(net, states, x, y)
- or one after the other:      boundary_movie(net, states, x, y)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from visuals.plots.areas import Area, Model, borrowed, checked, paint, predicted, scatter, titled
from visuals.plots.captions import described
from visuals.plots.inputs import told
from visuals.plots.look import TEXT, canvas, dress, labels, legend, looking, panels, rows_of
from visuals.plots.movies import Movie

NAMES = ("x₁", "x₂")


def decision_boundary(
    model: Model,
    x: Any,
    y: Any,
    *,
    classes: Sequence[str] | None = None,
    points: int = 120,
    threshold: float = 0.0,
    ax: Any = None,
    theme: str = "auto",
) -> Any:
    """The plane in the colours of the classes that a model sees there, with the data as points on it.

    Args:
        model: a module or function of points (n, 2). Its result is (n, C), of which the largest is the class,
            or (n, 1) or (n,), of which what is above the threshold is class 1. A module is asked in eval
            mode.
        x, y: points (n, 2) and their classes (n,), integers from 0 on.
        classes: their names.
        points: along each axis; the model is asked points² times.
        threshold: for one score: 0 for logits, 0.5 for probabilities.
        ax, theme: as for `training_curves`.

    Returns:
        The axes.

    Raises:
        TypeError: classes that are no integers.
        ValueError: shapes that do not belong together, points that are not finite, or more classes than
            names.

    Example:
        >>> import numpy as np, matplotlib.pyplot as plt
        >>> from visuals.plots import caption
        >>> x, y = np.array([[-1.0, 0.0], [1.0, 0.5], [2.0, 0.0]]), [0, 1, 0]
        >>> ax = decision_boundary(lambda x: x[:, 0], x, y, points=20)
        >>> print(caption(ax))
        Decision boundary for 3 points of 2 classes; 66.7 % of the points are on their own class's side.
        >>> plt.close()
    """
    places, truth, names = checked(x, y, classes)
    area = Area(places, points)
    seen, own = area.ask(model, threshold), predicted(model, places, threshold)
    names = names + [f"class {k}" for k in range(len(names), int(max(seen.max(), own.max())) + 1)]
    ax, look = canvas(ax, theme, (5.2, 4.4))
    paint(ax, look, area, seen, len(names))
    scatter(ax, look, places, truth, names)
    labels(ax, x=NAMES[0], y=NAMES[1])
    legend(ax, look)
    right = float(np.mean(own == truth))
    described(
        ax,
        f"Decision boundary for {len(places)} points of {len(np.unique(truth))} classes; "
        f"{told(100 * right)} % of the points are on their own class's side.",
    )
    return ax


def boundaries_over_training(
    model: Any,
    states: Sequence[Any],
    x: Any,
    y: Any,
    *,
    titles: Sequence[str] | None = None,
    classes: Sequence[str] | None = None,
    points: int = 100,
    threshold: float = 0.0,
    axes: Any = None,
    theme: str = "auto",
) -> np.ndarray:
    """The decision boundary at several moments of a training, side by side.

    Args:
        model: a module; it gets its own weights back at the end.
        states: what `model.state_dict()` was at these moments.
        titles: one per state; by default "state 1", …
        x, y, classes, points, threshold, theme: as for `decision_boundary`.
        axes: one per state; by default those of a new figure.

    Returns:
        An array with one Axes per state.

    Raises:
        TypeError, ValueError: as for `decision_boundary`; no states, or not as many titles as states.
        UsageError: states of another model.

    Example:
        >>> import numpy as np, matplotlib.pyplot as plt, minigrad as mg
        >>> x, y = mg.data.moons(40)
        >>> nets = [mg.nn.Linear(2, 2, np.random.default_rng(seed)) for seed in (0, 1)]
        >>> axes = boundaries_over_training(nets[0], [net.state_dict() for net in nets], x, y, points=20)
        >>> [ax.get_title().split(":")[0] for ax in axes]
        ['state 1', 'state 2']
        >>> plt.close()
    """
    names, (places, truth, _) = titled(states, titles), checked(x, y, classes)
    rows, wide = rows_of(len(names), axes is not None)
    found, _ = panels(axes, theme, rows, wide, (3.2, 2.9), spare=rows * wide - len(names))
    drawn, told_of = found.reshape(-1)[: len(names)], []
    with borrowed(model):
        for k, (ax, state, name) in enumerate(zip(drawn, states, names, strict=True)):
            model.load_state_dict(state)
            decision_boundary(model, x, y, classes=classes, points=points, threshold=threshold, ax=ax)
            share = f"{told(100 * np.mean(predicted(model, places, threshold) == truth))} %"
            labels(
                ax,
                f"{name}: {share} right",
                "" if k + wide < len(names) else NAMES[0],
                "" if k % wide else NAMES[1],
            )
            ax.title.set_fontsize(TEXT)
            if k:
                ax.get_legend().remove()
            told_of.append(f"{name} {share}")
    described(drawn, f"Decision boundaries during a training; on the right side: {', '.join(told_of)}.")
    return drawn


def boundary_movie(
    model: Any,
    states: Sequence[Any],
    x: Any,
    y: Any,
    *,
    titles: Sequence[str] | None = None,
    classes: Sequence[str] | None = None,
    points: int = 100,
    threshold: float = 0.0,
    theme: str = "auto",
) -> Movie:
    """The decision boundary moving through the plane while the model learns.

    Args, raises: as for `boundaries_over_training`.

    Returns:
        A Movie, one frame per state.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> x, y = mg.data.moons(40)
        >>> net = mg.nn.Linear(2, 2, np.random.default_rng(0))
        >>> boundary_movie(net, [net.state_dict()] * 3, x, y, points=20)
        Movie of 3 frames: Decision boundary in 3 states; on the right side: state 1 ... %, state 3 ... %.
    """
    moments = titled(states, titles)
    places, truth, names = checked(x, y, classes)
    area, look, seen, shares = Area(places, points), looking(theme), [], []
    with borrowed(model):
        for state in states:
            model.load_state_dict(state)
            seen.append(area.ask(model, threshold))
            shares.append(f"{told(100 * np.mean(predicted(model, places, threshold) == truth))} %")
    figure = Figure((5.2, 4.5), layout="constrained", facecolor=look["paper"])
    ax = figure.subplots()
    dress(ax, look)
    count = max(len(names), *(int(part.max()) + 1 for part in seen))
    image = paint(ax, look, area, seen[-1], count)
    scatter(ax, look, places, truth, names + [f"class {k}" for k in range(len(names), count)])
    legend(ax, look, loc="upper right")
    labels(ax, x=NAMES[0], y=NAMES[1])

    def show(k: int) -> None:
        image.set_data(seen[k])
        ax.set_title(f"{moments[k]}: {shares[k]} right", fontsize=11)

    text = f"{moments[0]} {shares[0]}" + (f", {moments[-1]} {shares[-1]}" if len(states) > 1 else "")
    return Movie(
        figure, show, len(states), f"Decision boundary in {len(states)} states; on the right side: {text}."
    )
