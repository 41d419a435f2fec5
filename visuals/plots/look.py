"""How every plot looks: the colours of the theme, and lines that differ without them.

With this module, one can
- find axes to draw on:       ax, look = canvas(ax, theme)
- tell lines apart:           ax.plot(x, y, **look.series(0))

Nothing here changes matplotlib's settings: colours and sizes are given to each artist, so a plot looks the
same whatever style the notebook uses, and leaves the notebook's other figures as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap, to_rgb, to_rgba

from visuals.theme import palette

SIZE = (6.4, 4.0)  # inches; the text sizes below are meant for it
TITLE, TEXT, SMALL = 11.0, 9.5, 8.5  # points
ORDER = (
    "negative",
    "positive",
    "value",
    "#cc79a7",
    "parameter-line",
    "ink",
)  # Okabe–Ito, easiest told apart first
# Five dashes, six colours, seven markers: more than 200 lines before two look the same.
DASHES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (7, 2, 1, 2, 1, 2)))
MARKERS = "os^DvPX"


@dataclass(frozen=True)
class Look:
    """The colours of one theme, as matplotlib takes them.

    Attributes:
        colours: those of `visuals.theme`, by name.
    """

    colours: dict[str, str]

    def __getitem__(self, name: Any) -> Any:
        return self.colours.get(name, name)

    def series(self, k: int, every: Any = None) -> dict[str, Any]:
        """The k-th line: its colour, dashes and marker, so that colour is never all that tells lines apart.

        Args:
            every: at which points a marker stands; by default at all.
        """
        return {
            "color": self[ORDER[k % len(ORDER)]],
            "linestyle": DASHES[k % len(DASHES)],
            "marker": MARKERS[k % len(MARKERS)],
            "markersize": 4.5,
            "linewidth": 1.8,
            "markevery": every,
        }

    @property
    def diverging(self) -> Colormap:
        """Blue below 0, orange above, the paper's own colour at 0: told apart with any colour vision."""
        return self._map("diverging", ["negative", "map", "positive"])

    @property
    def shades(self) -> Colormap:
        """From paper to ink: for images, and for amounts from 0 on."""
        return self._map("shades", ["paper", "ink"])

    @property
    def amounts(self) -> Colormap:
        """From paper to blue: for amounts with ink on them."""
        return self._map("amounts", ["paper", "negative"])

    @property
    def hills(self) -> Colormap:
        """From paper to a shade of grey: for heights with lines in all colours on them."""
        return self._map("hills", ["paper", self.mixed("line", 0.75)])

    def _map(self, name: str, colours: list[Any]) -> Colormap:
        made = LinearSegmentedColormap.from_list(f"minigrad-{name}", [self[colour] for colour in colours])
        return made.with_extremes(bad=self["line"])

    def mixed(self, name: str, share: float) -> tuple[float, ...]:
        """A colour thinned with paper, for areas under lines and points of that colour."""
        return tuple(share * np.array(to_rgb(self[name])) + (1 - share) * np.array(to_rgb(self["paper"])))


def looking(theme: str, ax: Any = None) -> Look:
    """The look of a theme; "auto" is that of the background which is drawn on."""
    if theme == "auto":
        ground = mpl.rcParams["figure.facecolor"] if ax is None else whole(ax).get_facecolor()
        *rgb, opaque = to_rgba(ground)
        theme = "dark" if opaque and np.mean(rgb) < 0.5 else "light"
    return Look(palette(theme))


def whole(ax: Any) -> Any:
    """The figure that axes are in, also if they are in a part of it."""
    return ax.figure.canvas.figure


def canvas(ax: Any, theme: str, size: tuple[float, float] = SIZE, **subplot: Any) -> tuple[Any, Look]:
    """The axes to draw on, in the colours of the theme: those given, or new ones in a new figure."""
    if ax is None:
        look = looking(theme)
        _, ax = plt.subplots(figsize=size, layout="constrained", subplot_kw=subplot)
        ax.figure.set_facecolor(look["paper"])
    elif isinstance(ax, Axes):
        look = looking(theme, ax)
        if theme != "auto":
            whole(ax).set_facecolor(look["paper"])
    else:
        raise TypeError(
            f"ax is one matplotlib Axes to draw on, not a {type(ax).__name__}: figure, ax = plt.subplots(). "
            f"Leave it out for a new figure."
        )
    if not subplot:
        dress(ax, look)
    return ax, look


def panels(
    axes: Any, theme: str, rows: int, columns: int, cell: tuple[float, float], spare: int = 0, **options: Any
) -> tuple[np.ndarray, Look]:
    """Axes (rows, columns): those given, or new ones, `cell` inches each, of which `spare` are hidden."""
    if axes is None:
        look = looking(theme)
        size = (cell[0] * columns + 0.4, cell[1] * rows + 0.6)
        figure, axes = plt.subplots(
            rows, columns, figsize=size, squeeze=False, layout="constrained", **options
        )
        figure.set_facecolor(look["paper"])
    else:
        found = [axes] if isinstance(axes, Axes) else list(np.asarray(axes, dtype=object).flat)
        if not all(isinstance(ax, Axes) for ax in found) or len(found) != rows * columns:
            raise ValueError(
                f"This plot has {rows} × {columns} panels; axes holds {len(found)} entries. Make them with "
                f"figure, axes = plt.subplots({rows}, {columns}), or leave axes out."
            )
        axes, look = np.array(found, dtype=object).reshape(rows, columns), looking(theme, found[0])
        if theme != "auto":
            whole(found[0]).set_facecolor(look["paper"])
    for ax in axes.flat:
        dress(ax, look)
    for ax in axes.flat[rows * columns - spare :]:
        ax.set_visible(False)
    return axes, look


def rows_of(n: int, given: bool) -> tuple[int, int]:
    """How n panels stand: rows and columns, at most three in a row; axes that were given, all in one."""
    if given:
        return 1, n
    rows = -(-n // 3)
    return rows, -(-n // rows)


def dress(ax: Any, look: Look) -> None:
    """Give axes the colours and text sizes of a look."""
    ax.set_facecolor(look["paper"])
    for side, spine in ax.spines.items():
        spine.set_color(look["line"])
        spine.set_visible(side in ("left", "bottom"))
    ax.tick_params(which="both", colors=look["line"], labelcolor=look["muted"], labelsize=SMALL)
    for axis in (ax.xaxis, ax.yaxis):
        axis.label.set(color=look["ink"], fontsize=TEXT)
        axis.offsetText.set(color=look["muted"], fontsize=SMALL)
    ax.title.set(color=look["ink"], fontsize=TITLE)


def labels(ax: Any, title: str = "", x: str = "", y: str = "") -> None:
    """Title and axis labels; names in them are the caller's business (see `safe`)."""
    ax.set_title(title, fontsize=TITLE, pad=8)
    ax.set_xlabel(x)
    ax.set_ylabel(y)


def slanted(ax: Any) -> None:
    """Long names below an axis, aslant so that they do not run into each other."""
    for tick in ax.get_xticklabels():
        tick.set(rotation=40, ha="right", rotation_mode="anchor")


def legend(ax: Any, look: Look, **options: Any) -> None:
    """A legend in the colours of the look, if there is anything to explain."""
    if ax.get_legend_handles_labels()[1]:
        ax.legend(
            labelcolor=look["ink"], facecolor=look["paper"], edgecolor=look["line"], framealpha=0.85,
            fontsize=SMALL, handlelength=3.2, **options,
        )  # fmt: skip


def colourbar(mappable: Any, ax: Any, look: Look, label: str, **options: Any) -> Any:
    """What the colours mean."""
    first = ax if isinstance(ax, Axes) else np.ravel(ax)[0]
    bar = first.figure.colorbar(mappable, ax=ax, **options)
    bar.set_label(label, color=look["ink"], fontsize=TEXT)
    bar.ax.tick_params(which="both", colors=look["line"], labelcolor=look["muted"], labelsize=SMALL)
    bar.outline.set_edgecolor(look["line"])
    return bar
