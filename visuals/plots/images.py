"""Kernels and what they see: the weights of a convolution, and its activation maps.

With this module, one can
- look at kernels:        filter_grid(net[0].weight)
- look at what they find: activation_maps(net[0](x)[0])
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.colors import Normalize

from visuals.plots.captions import described, safe
from visuals.plots.inputs import extent, lost, numbers, several, told
from visuals.plots.look import SMALL, Look, colourbar, labels, panels

MOST = 100  # panels


def filter_grid(weight: Any, *, axes: Any = None, theme: str = "auto") -> np.ndarray:
    """The kernels of a convolution: a row per kernel, a column per channel that it reads; on one scale around
    0.

    A single input channel is laid out in several columns, to use the page.

    Args:
        weight: kernels (out, in, h, w) or (out, h, w); those of a layer are `layer.weight`.
        axes: matplotlib axes to draw on, out · in of them; by default those of a new figure.
        theme: "light", "dark", or "auto" for that of the background.

    Returns:
        An array of Axes: (out, in), or (out,) for one input channel.

    Raises:
        TypeError: no real numbers.
        ValueError: another shape, more than 100 kernels, nothing finite, or not as many axes.

    Example:
        >>> import numpy as np, matplotlib.pyplot as plt
        >>> from visuals.plots import caption
        >>> edges = np.array([[[-1.0, 1.0], [-1.0, 1.0]], [[-1.0, -1.0], [1.0, 1.0]]])
        >>> print(caption(filter_grid(edges)))
        2 kernels of 2 × 2 for 1 channel, weights from −1 to 1.
        >>> plt.close()
    """
    kernels = numbers(weight, "weight", "(out, in, h, w)", "(out, h, w)")
    single = kernels.ndim == 3 or kernels.shape[1] == 1
    kernels = kernels[:, None] if kernels.ndim == 3 else kernels
    n, channels, height, width = kernels.shape
    low, high = extent(kernels, "The weights")
    top = max(abs(low), abs(high)) or 1.0
    found, look = arranged(axes, theme, n, channels, "kernels")
    for k, ax in enumerate(found):
        d, c = divmod(k, channels)
        image = picture(ax, look, kernels[d, c], look.diverging, -top, top)
        if single:
            labels(ax, str(d))
        else:
            labels(ax, f"channel {c}" if d == 0 else "", y=f"kernel {d}" if c == 0 else "")
        ax.title.set_fontsize(SMALL)
    colourbar(image, found, look, "weight", aspect=30)
    described(
        found,
        f"{several(n, 'kernel')} of {height} × {width} for {several(channels, 'channel')}, weights from "
        f"{told(low)} to {told(high)}.{lost(kernels, 'weight')}",
    )
    return found if single else found.reshape(n, channels)


def activation_maps(
    maps: Any, *, names: Sequence[str] | None = None, axes: Any = None, theme: str = "auto"
) -> np.ndarray:
    """What a layer finds in an image, and where: a picture per channel, all on one scale.

    Args:
        maps: activations (C, H, W) for one image, e.g. `layer(x)[0]`.
        names: of the channels; by default their numbers.
        axes: one per channel; by default those of a new figure.
        theme: "light", "dark", or "auto" for that of the background.

    Returns:
        An array with one Axes per channel.

    Raises:
        TypeError: no real numbers.
        ValueError: another shape, more than 100 channels, nothing finite, or not as many axes or names.

    Source: Zeiler & Fergus, "Visualizing and understanding convolutional networks" (2014).

    Example:
        >>> import numpy as np, matplotlib.pyplot as plt, minigrad as mg
        >>> from visuals.plots import caption
        >>> image = np.eye(8)[None, None]
        >>> layer = mg.nn.Conv2d(1, 4, 3, np.random.default_rng(0))
        >>> print(caption(activation_maps(layer(image)[0])))
        Activation maps of 4 channels, 6 × 6, from ... to ...; the largest is in channel ...
        >>> plt.close()
    """
    values = numbers(maps, "maps", "(C, H, W)")
    n, height, width = values.shape
    if names is not None and len(names) != n:
        raise ValueError(f"There are {n} channels, but {len(names)} names.")
    low, high = extent(values, "The activations")
    found, look = arranged(axes, theme, n, 1, "channels")
    signed = low < 0
    top = max(abs(low), abs(high)) or 1.0
    for k, ax in enumerate(found):
        ends = (-top, top) if signed else (0.0, top)
        image = picture(ax, look, values[k], look.diverging if signed else look.shades, *ends)
        labels(ax, safe(names[k], 90) if names is not None else str(k))
        ax.title.set_fontsize(SMALL)
    colourbar(image, found, look, "activation", aspect=30)
    most = int(np.unravel_index(np.argmax(np.where(np.isfinite(values), values, -np.inf)), values.shape)[0])
    described(
        found,
        f"Activation maps of {several(n, 'channel')}, {height} × {width}, from {told(low)} to {told(high)}; "
        f"the largest is in channel {most if names is None else names[most]}.{lost(values, 'activation')}",
    )
    return found


def arranged(axes: Any, theme: str, n: int, channels: int, what: str) -> tuple[np.ndarray, Look]:
    """Axes for n · channels small pictures: n rows, or as square as possible if there is one channel each."""
    total = n * channels
    if total > MOST:
        raise ValueError(
            f"{total} {what} do not fit on one page; choose at most {MOST}, e.g. the first: [:8, :8]."
        )
    if axes is not None:
        found, look = panels(axes, theme, 1, total, (1, 1))
    elif channels > 1:
        found, look = panels(None, theme, n, channels, (1.1, 1.1))
    else:
        wide = n if n <= 6 else min(8, int(np.ceil(np.sqrt(2 * n))))
        rows = -(-n // wide)
        found, look = panels(None, theme, rows, wide, (1.15, 1.25), spare=rows * wide - n)
    return found.reshape(-1)[:total], look


def picture(ax: Any, look: Look, values: np.ndarray, cmap: Any, low: float, high: float) -> Any:
    """A small picture without ticks; what is not finite is grey with a cross through it."""
    image = ax.imshow(
        np.ma.masked_invalid(values), cmap=cmap, norm=Normalize(low, high), interpolation="nearest"
    )
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(True)
    for row, column in np.argwhere(~np.isfinite(values)):
        ax.plot(column, row, "x", color=look["paper"], markersize=4)
    return image
