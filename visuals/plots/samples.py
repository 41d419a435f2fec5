"""Samples of what is random in a training: dropout masks, and augmented images.

With this module, one can
- see what is dropped:      dropout_masks(mg.nn.Dropout(0.5, rng))
- see what is changed:      augmentation_grid(image, {"shift": mg.data.Shift(2)})
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.ticker import MaxNLocator

import minigrad as mg
from minigrad.device import to_cpu
from minigrad.operators import plain
from visuals.plots.captions import described, safe
from visuals.plots.images import picture
from visuals.plots.inputs import columns, numbers, several, shown, told
from visuals.plots.look import SMALL, canvas, labels, panels

MOST = 64  # units or passes that can be told apart


def dropout_masks(
    dropout: Any, units: int = 20, passes: int = 8, *, ax: Any = None, theme: str = "auto"
) -> Any:
    """Which units are dropped, a row per training pass: filled ones are kept, those with a cross are 0.

        h = m · φ(z) / (1 - p),   ∂L/∂z = m · ∂L/∂h · φ′(z) / (1 - p),   m = 0 with probability p

    The mask of a pass is used in its forward and in its backward pass: a dropped unit neither speaks nor
        learns.

    Args:
        dropout: a `minigrad.nn.Dropout`, of which a copy is asked, so that its own random numbers are not
            used up; or masks of shape (passes, units), 0 where a unit was dropped.
        units, passes: how many; only for a module.
        ax, theme: as for `training_curves`.

    Returns:
        The axes.

    Raises:
        TypeError: neither a Dropout nor numbers.
        ValueError: masks of another shape, or more than 64 units or passes.

    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting" (2014).

    Example:
        >>> import numpy as np, matplotlib.pyplot as plt, minigrad as mg
        >>> from visuals.plots import caption
        >>> ax = dropout_masks(mg.nn.Dropout(0.5, np.random.default_rng(0)), units=10, passes=4)
        >>> print(caption(ax))
        Dropout masks of 4 passes over 10 units: ... of 40 are dropped, the others are multiplied by 2.
        >>> plt.close()
    """
    if isinstance(dropout, mg.nn.Dropout):
        own = copy.deepcopy(dropout).train()
        with mg.no_grad():
            masks = np.array([to_cpu(plain(own(np.ones(units)))) for _ in range(passes)])
    elif isinstance(dropout, mg.nn.Module):
        raise TypeError(
            f"Masks come from a Dropout, not from {type(dropout).__name__}: choose it, net[2] perhaps."
        )
    else:
        masks = numbers(dropout, "masks", "(passes, units)")
    masks = numbers(masks, "masks", "(passes, units)")
    if max(masks.shape) > MOST:
        raise ValueError(
            f"{masks.shape[0]} passes over {masks.shape[1]} units cannot be told apart; at most {MOST} can."
        )
    rows, wide = masks.shape
    ax, look = canvas(ax, theme, (min(9.5, 1.6 + 0.3 * wide), min(7.0, 1.3 + 0.3 * rows)))
    kept = masks != 0
    colours = ListedColormap([look.mixed("paper", 1.0), look.mixed("negative", 0.75)])
    ax.imshow(kept, cmap=colours, vmin=0, vmax=1, aspect="auto")
    ax.plot(*np.argwhere(~kept).T[::-1], "x", color=look["muted"], markersize=5, label="dropped: 0")
    ax.set_xticks(np.arange(-0.5, wide), [], minor=True)
    ax.set_yticks(np.arange(-0.5, rows), [], minor=True)
    ax.grid(which="minor", color=look["paper"], linewidth=1.5)
    ax.tick_params(which="minor", length=0)
    if rows <= 16:
        ax.set_yticks(np.arange(rows), np.arange(1, rows + 1))
    factors = np.unique(masks[kept]) if kept.any() else np.array([0.0])
    times = told(factors[0]) if len(factors) == 1 else f"{told(factors[0])} … {told(factors[-1])}"
    share = f"{told(100 * np.mean(~kept))} % dropped (×), the others times {times}"
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    labels(ax, share, "unit", "pass")
    dropped = int(np.sum(~kept))
    rest = f", the others are multiplied by {times}" if kept.any() else ""
    described(
        ax,
        f"Dropout masks of {rows} pass{'es' * (rows > 1)} over {several(wide, 'unit')}: {dropped} of "
        f"{masks.size} are dropped{rest}.",
    )
    return ax


def augmentation_grid(
    image: Any,
    transforms: Mapping[str, Callable[[Any, np.random.Generator], Any]],
    rng: np.random.Generator | int = 0,
    *,
    samples: int = 6,
    axes: Any = None,
    theme: str = "auto",
) -> np.ndarray:
    """One image, and what random changes make of it: a row per transform, with the image itself in front.

    Args:
        image: (H, W), or (C, H, W), whose channels are shown as their mean; floating point.
        transforms: by name, functions of (images, rng), as `minigrad.data` has them: Shift, Rotate, Shear,
            Flip, Crop, Noise, Compose.
        rng: a generator, or its seed.
        samples: per transform.
        axes: (transforms, 1 + samples) of them; by default those of a new figure.
        theme: "light", "dark", or "auto" for that of the background.

    Returns:
        An array of Axes, (transforms, 1 + samples).

    Raises:
        TypeError: transforms that are no dictionary of functions.
        ValueError: an image of another shape, fewer than one sample, a transform that changes the number of
            images.

    Source: Simard, Steinkraus & Platt, "Best practices for convolutional neural networks" (2003).

    Example:
        >>> import numpy as np, matplotlib.pyplot as plt, minigrad as mg
        >>> from visuals.plots import caption
        >>> digit = mg.data.digits(flat=False).x_train[0, 0]
        >>> changes = {"shift": mg.data.Shift(1), "noise": mg.data.Noise(0.1)}
        >>> axes = augmentation_grid(digit, changes, samples=3)
        >>> axes.shape, caption(axes)
        ((2, 4), 'An image of 8 × 8 pixels, and 3 samples of each of 2 changes: shift, noise.')
        >>> plt.close()
    """
    pixels = numbers(image, "image", "(H, W)", "(C, H, W)")
    table = columns(transforms, "transforms", '{"shift": mg.data.Shift(2)}')
    if samples < 1:
        raise ValueError(f"samples={samples}: there is at least one.")
    rng = np.random.default_rng(rng)
    rows = {}
    for name, transform in table.items():
        if not callable(transform):
            raise TypeError(
                f"transforms[{name!r}] is a function of (images, rng); it was {shown(transform)}."
            )
        changed = np.asarray(transform(np.repeat(pixels[None], samples, axis=0), rng))
        if changed.ndim != pixels.ndim + 1 or len(changed) != samples:
            raise ValueError(
                f"{name!r} was given {samples} images, shape {(samples, *pixels.shape)}, and returned shape "
                f"{changed.shape}."
            )
        rows[name] = [pixels, *changed]
    found, look = panels(axes, theme, len(rows), 1 + samples, (1.05, 1.15))
    low, high = np.nanmin(pixels), np.nanmax(pixels)
    high = high if high > low else low + 1.0
    for k, (name, images) in enumerate(rows.items()):
        for ax, each in zip(found[k], images, strict=True):
            picture(ax, look, each if each.ndim == 2 else each.mean(axis=0), look.shades, low, high)
        labels(found[k, 0], "image" if k == 0 else "", y=safe(name, 90))
        found[k, 0].title.set_fontsize(SMALL)
    for spine in (spine for ax in found[:, 0] for spine in ax.spines.values()):
        spine.set(color=look["positive"], linewidth=2)
    height, width = pixels.shape[-2:]
    described(
        found,
        f"An image of {height} × {width} pixels, and {several(samples, 'sample')} of each of "
        f"{several(len(rows), 'change')}: {', '.join(rows)}.",
    )
    return found
