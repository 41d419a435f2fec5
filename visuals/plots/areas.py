"""What pictures of decision boundaries share: a grid of places, the classes seen there, and the data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from matplotlib.colors import ListedColormap

import minigrad as mg
from minigrad.device import to_cpu
from minigrad.operators import plain
from visuals.plots.captions import safe
from visuals.plots.inputs import numbers, same_length, shown
from visuals.plots.look import MARKERS, ORDER, Look

Model = Callable[[Any], Any]


class Area:
    """A rectangle around points, with a margin, and a grid of places in it."""

    def __init__(self, places: np.ndarray, points: int) -> None:
        low, high = places.min(axis=0), places.max(axis=0)
        margin = 0.12 * np.where(high > low, high - low, 1.0)
        self.low, self.high, self.points = low - margin, high + margin, points
        axes = [np.linspace(a, b, points) for a, b in zip(self.low, self.high, strict=True)]
        self.grid = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)

    def ask(self, model: Model, threshold: float) -> np.ndarray:
        """The class that a model sees at each place, (points, points), from the bottom up."""
        return predicted(model, self.grid, threshold).reshape(self.points, self.points)

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, right, bottom and top, as matplotlib wants them."""
        return float(self.low[0]), float(self.high[0]), float(self.low[1]), float(self.high[1])


def predicted(model: Model, places: np.ndarray, threshold: float) -> np.ndarray:
    """The classes of points: the largest of several scores, or whether the one is above the threshold."""
    modes = {module: module.training for module in model.modules()} if hasattr(model, "modules") else {}
    parameters = model.parameters() if hasattr(model, "parameters") else []
    inputs = (
        mg.tensor(places, dtype=parameters[0].dtype, device=parameters[0].device) if parameters else places
    )
    try:
        if modes:
            model.eval()  # type: ignore[attr-defined]  # what has modules is one
        with mg.no_grad():
            scores = np.asarray(to_cpu(plain(model(inputs))))
    finally:
        for module, mode in modes.items():
            module.training = mode
    n = len(places)
    if scores.shape in ((n,), (n, 1)):
        return (scores.reshape(n) > threshold).astype(int)
    if scores.ndim != 2 or len(scores) != n:
        raise ValueError(
            f"The model was given points of shape {places.shape}; its result should have shape ({n}, C), "
            f"({n}, 1) or ({n},), not {scores.shape}."
        )
    return np.argmax(scores, axis=1)


def checked(x: Any, y: Any, classes: Sequence[str] | None) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Points, their classes, and the names of these."""
    places = numbers(x, "x", "(n, 2)")
    if places.shape[1] != 2:
        raise ValueError(
            f"A plane has two dimensions; x has shape {places.shape}. Choose two of its columns, x[:, :2]."
        )
    if not np.isfinite(places).all():
        raise ValueError(f"x holds {int(np.sum(~np.isfinite(places)))} values that are NaN or infinite.")
    truth = np.asarray(to_cpu(plain(y)))
    truth = truth.reshape(-1) if truth.ndim == 2 and truth.shape[1] == 1 else truth
    if truth.dtype.kind not in "biu" and not (truth.dtype.kind == "f" and np.all(truth == np.floor(truth))):
        raise TypeError(f"y holds classes, integers from 0 on; it was {shown(y)}.")
    if truth.ndim != 1:
        raise ValueError(f"y holds one class per point, shape ({len(places)},); it has shape {truth.shape}.")
    same_length(x=places, y=truth)
    truth = truth.astype(int)
    if truth.min() < 0:
        raise ValueError(f"Classes are integers from 0 on; y holds {truth.min()}.")
    count = int(truth.max()) + 1
    if classes is not None and len(classes) < count:
        raise ValueError(f"y holds class {count - 1}, but classes names only {len(classes)}.")
    return places, truth, [safe(name) for name in classes or [f"class {k}" for k in range(count)]]


def paint(ax: Any, look: Look, area: Area, seen: np.ndarray, count: int) -> Any:
    """Areas in pale colours of the classes.

    Returns:
        The image, whose data may be exchanged.
    """
    pale = ListedColormap([look.mixed(ORDER[k % len(ORDER)], 0.28) for k in range(count)])
    return ax.imshow(
        seen, origin="lower", extent=area.extent, cmap=pale, vmin=-0.5, vmax=count - 0.5, aspect="auto",
        interpolation="nearest",
    )  # fmt: skip


def scatter(ax: Any, look: Look, places: np.ndarray, truth: np.ndarray, names: Sequence[str]) -> None:
    """The data, a colour and a marker for each class."""
    for k, name in enumerate(names):
        mine = places[truth == k]
        if len(mine):
            ax.plot(
                *mine.T, MARKERS[k % len(MARKERS)], color=look[ORDER[k % len(ORDER)]], markersize=5.5,
                markeredgecolor=look["paper"], markeredgewidth=0.7, label=name, linestyle="none",
            )  # fmt: skip


def titled(states: Sequence[Any], titles: Sequence[str] | None) -> list[str]:
    """A title for each state."""
    if len(states) == 0:
        raise ValueError(
            "There are no states: collect them during the training, states.append(net.state_dict())."
        )
    if titles is not None and len(titles) != len(states):
        raise ValueError(f"There are {len(states)} states, but {len(titles)} titles.")
    return [safe(title) for title in titles or [f"state {k + 1}" for k in range(len(states))]]


@contextmanager
def borrowed(model: Any) -> Iterator[None]:
    """A model that may be given other weights, and has its own again afterwards."""
    if not hasattr(model, "load_state_dict"):
        raise TypeError(f"States are loaded into a module of mg.nn, not into {shown(model)}.")
    own = model.state_dict()
    try:
        yield
    finally:
        model.load_state_dict(own)
