"""What every plot promises, in both themes: a caption, and text that can be read and is not clipped."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

import minigrad as mg
from visuals import plots
from visuals.plots.captions import each
from visuals.plots.cells import contrast
from visuals.theme import palette

RNG = np.random.default_rng(0)
LOSSES = [1.0, 0.6, None, 0.4, float("nan"), 0.3]
IMAGE = RNG.random((12, 12))
MOONS = mg.data.moons(40, noise=0.1, rng=0)


def bowl(w: Any) -> Any:
    return w[0] ** 2 + 10 * w[1] ** 2


PATHS = plots.optimizer_paths(
    bowl,
    (-1.5, 0.8),
    {"GD": lambda p: mg.optim.SGD(p, 0.05), "Adam": lambda p: mg.optim.Adam(p, 0.3)},
    steps=6,
)


def net(seed: int = 0) -> Any:
    rng = np.random.default_rng(seed)
    return mg.nn.Sequential(mg.nn.Linear(2, 8, rng), mg.nn.Tanh(), mg.nn.Linear(8, 2, rng))


def cnn() -> Any:
    rng = np.random.default_rng(0)
    return mg.nn.Sequential(mg.nn.Conv2d(1, 2, 3, rng), mg.nn.ReLU(), mg.nn.MaxPool2d(2))


def tape() -> Any:
    return mg.cross_entropy(net()(mg.tensor(MOONS[0])), MOONS[1])


STATES = [net(seed).state_dict() for seed in range(4)]
LAYERS = {f"{k} Linear": [RNG.normal(0, 0.1 + k, 50) for _ in range(4)] for k in range(4)}
LONG = 'a name of <b>markup</b> & "quotes" that goes on and on ' + "x" * 150

PLOTS: dict[str, Callable[[str], Any]] = {
    "training": lambda t: plots.training_curves({"loss": LOSSES, "validation_loss": LOSSES}, theme=t),
    "training, log": lambda t: plots.training_curves({LONG: LOSSES}, log=True, theme=t),
    "runs": lambda t: plots.compare_runs({f"run {k}": [1.0, 0.5 / k] for k in range(1, 9)}, theme=t),
    "runs, names": lambda t: plots.compare_runs(
        {LONG: [1, 2], "$5": [2, 1], "😀 שלום": [1, 1], "$\\eta$": [2, 2]}, theme=t
    ),
    "slice": lambda t: plots.loss_slice(bowl, [-1.0, 0.5], [0.0, 0.0], theme=t),
    "contour": lambda t: plots.loss_contour(bowl, (-2, 2), (-1, 1), paths=PATHS, points=15, theme=t),
    "surface": lambda t: plots.loss_surface(bowl, (-2, 2), (-1, 1), paths=PATHS, points=9, theme=t),
    "race": lambda t: plots.optimizer_race(
        bowl, (-2, 2), (-1, 1), {f"{n} {k}": p for n, p in PATHS.items() for k in (1, 2)}, points=9, theme=t
    ),
    "race movie": lambda t: plots.race_movie(bowl, (-2, 2), (-1, 1), PATHS, points=9, theme=t),
    "histograms": lambda t: plots.histograms_over_time(LAYERS, theme=t),
    "norms": lambda t: plots.norms_over_time(LAYERS, theme=t),
    "norms, many": lambda t: plots.norms_over_time({f"layer {k}": [1.0, k] for k in range(9)}, theme=t),
    "depth": lambda t: plots.norms_by_depth({"one": LAYERS, "other": {name: [0.1] for name in LAYERS}}, theme=t),
    "depth, names": lambda t: plots.norms_by_depth({"one": {f"encoder.{k}.weight": 1 for k in range(9)}}, theme=t),
    "jacobian": lambda t: plots.jacobian_and_vjp(np.tanh, [0.0, 1.0, 2.0], theme=t),
    "jacobian of a sum": lambda t: plots.jacobian_and_vjp(np.sum, np.ones((2, 3)), theme=t),
    "jacobian, large": lambda t: plots.jacobian_and_vjp(np.cumsum, np.ones(20), theme=t),
    "step sizes": lambda t: plots.step_size_curve(np.exp, 1.0, theme=t),
    "boundary": lambda t: plots.decision_boundary(net(), *MOONS, points=20, theme=t),
    "boundaries": lambda t: plots.boundaries_over_training(net(), STATES, *MOONS, points=20, theme=t),
    "boundary movie": lambda t: plots.boundary_movie(net(), STATES, *MOONS, points=20, theme=t),
    "filters": lambda t: plots.filter_grid(RNG.normal(size=(5, 1, 3, 3)), theme=t),
    "filters, channels": lambda t: plots.filter_grid(RNG.normal(size=(3, 4, 3, 3)), theme=t),
    "maps": lambda t: plots.activation_maps(RNG.normal(size=(7, 5, 5)), theme=t),
    "field": lambda t: plots.receptive_field_map(cnn(), IMAGE, (1, 2), theme=t),
    "convolution": lambda t: plots.convolution_movie([1, 2, 3, 4], [3, 2], theme=t),
    "convolution 2d": lambda t: plots.convolution_movie(
        np.arange(16.0).reshape(4, 4) / 7, [[1, -2.25, 1], [0, 1, -0.5], [2, 2, 2]], padding=1, stride=2, theme=t
    ),
    "pooling": lambda t: plots.pooling_movie(np.arange(16.0).reshape(4, 4), 2, theme=t),
    "dropout": lambda t: plots.dropout_masks(mg.nn.Dropout(0.5, np.random.default_rng(0)), theme=t),
    "augmentation": lambda t: plots.augmentation_grid(
        IMAGE, {"shift": mg.data.Shift(2), "noise": mg.data.Noise(0.1)}, samples=3, theme=t
    ),
    "fits": lambda t: plots.polynomial_fits(*mg.data.sine(10), truth=np.sin, theme=t),
    "bias": lambda t: plots.bias_variance([1, 2, 3], [0.5, 0.1, 0.05], [0.01, 0.1, 0.4], 0.1, theme=t),
    "double descent": lambda t: plots.double_descent([5, 20, 80], [1, 0, 0], [1, 30, 2], threshold=20, theme=t),
    "confusion": lambda t: plots.confusion_matrix([0, 1, 2, 2], [0, 1, 2, 1], images=np.ones((4, 64)), theme=t),
    "confusion, names": lambda t: plots.confusion_matrix([0, 1], [1, 1], classes=[LONG, "& more"], theme=t),
    "tape": lambda t: plots.tape_curve(tape(), theme=t),
    "timeline": lambda t: plots.timeline([("copy", 0, 2, "batch 1"), ("compute", 2, 6, LONG)], theme=t),
}  # fmt: skip


@pytest.fixture(params=PLOTS)
def make(request: pytest.FixtureRequest) -> Callable[[str], Any]:
    """Each plot in turn, as a function of the theme."""
    return PLOTS[request.param]


def figure_of(plot: Any) -> Figure:
    if isinstance(plot, plots.Movie):
        return plot.draw(len(STATES) // 2 % plot.frames)
    first = next(iter(each(plot)))
    assert isinstance(first, Axes)
    return first.figure  # type: ignore[return-value]


def texts_of(figure: Figure) -> list[Text]:
    """All texts that are drawn, but those of ticks beyond the limits."""
    found: list[Text] = [*figure.texts]
    for ax in figure.axes:
        if not ax.get_visible():
            continue
        found += ax.texts
        legend = ax.get_legend()
        found += legend.get_texts() if legend else []
        if ax.axison:
            found += [ax.title, ax.xaxis.label, ax.yaxis.label]
            for axis in (ax.xaxis, ax.yaxis):
                low, high = sorted(axis.get_view_interval())
                ticks = [
                    tick
                    for tick in axis.get_major_ticks() + axis.get_minor_ticks()
                    if low <= tick.get_loc() <= high
                ]
                found += [label for tick in ticks for label in (tick.label1, tick.label2)]
        elif ax.title.get_text():
            found.append(ax.title)
    return [text for text in found if text.get_visible() and text.get_text().strip()]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everything_can_be_read(make: Callable[[str], Any], theme: str) -> None:
    figure = figure_of(make(theme))
    figure.draw_without_rendering()  # once: that is what saving a figure does
    ground = palette(theme)["paper"]
    assert to_rgb(figure.get_facecolor()) == to_rgb(ground)
    in_space = any(hasattr(ax, "plot_surface") for ax in figure.axes)
    boxes = []
    for text in texts_of(figure):
        assert text.get_fontsize() >= 8, text
        on_cell = text.axes is not None and text in text.axes.texts
        assert on_cell or contrast(to_rgb(text.get_color()), to_rgb(ground)) >= 4.5, text
        box = text.get_window_extent()
        edges = figure.bbox
        inside = (
            edges.x0 - 1 <= box.x0 <= box.x1 <= edges.x1 + 1
            and edges.y0 - 1 <= box.y0 <= box.y1 <= edges.y1 + 1
        )
        assert inside, f"{text} is clipped"
        if text.get_rotation() in (0, 90):
            boxes.append((text, box.shrunk(0.9, 0.8)))
    for (one, a), (other, b) in combinations(boxes, 2):
        assert in_space or not a.overlaps(b), f"{one} and {other} overlap"


def test_a_caption_tells_what_it_shows(make: Callable[[str], Any]) -> None:
    text = plots.caption(make("light"))
    assert text.endswith(".")
    assert 20 < len(text) < 500
    assert "nan" not in text.lower().replace("nan or infinite", "")


def test_the_theme_follows_the_background(make: Callable[[str], Any]) -> None:
    with plt.style.context("dark_background"):
        figure = figure_of(make("auto"))
    assert to_rgb(figure.get_facecolor()) == to_rgb(palette("dark")["paper"])


def test_nothing_is_shown(make: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plt, "show", lambda: pytest.fail("plt.show() was called"))
    make("light")


def test_an_unknown_theme_is_refused(make: Callable[[str], Any]) -> None:
    with pytest.raises(ValueError, match=r"theme is .* not 'blue'"):
        make("blue")


def test_every_public_name_is_there() -> None:
    assert {name for name in plots.__all__ if not hasattr(plots, name)} == set()
    assert plots.__all__ == sorted(plots.__all__)
