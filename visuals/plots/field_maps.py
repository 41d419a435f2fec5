"""A receptive field as a picture: the chosen entry of the result, and beside it all that it depends on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle

from visuals.plots.captions import described
from visuals.plots.fields import Box, Field, receptive_field, stack_field
from visuals.plots.images import picture
from visuals.plots.inputs import numbers
from visuals.plots.look import Look, labels, legend, panels


def receptive_field_map(
    model: Any,
    image: Any,
    position: Sequence[int],
    *,
    own_weights: bool = False,
    axes: Any = None,
    theme: str = "auto",
) -> dict[str, Any]:
    """An image with the receptive field of one output in it, and the output with that entry marked.

    The field is measured by gradients, and where the formula knows all layers, its box is drawn too: they
        agree.

    Args:
        model, position, own_weights: as for `receptive_field`.
        image: (C, H, W), or (H, W) for one channel; its channels are shown as their mean.
        axes: two; by default those of a new figure.
        theme: "light", "dark", or "auto" for that of the background.

    Returns:
        A dict of the Axes "input" and "output".

    Raises:
        ValueError: an image of another shape; as for `receptive_field`.

    Example:
        >>> import numpy as np, matplotlib.pyplot as plt, minigrad as mg
        >>> from visuals.plots import caption
        >>> net = mg.nn.Sequential(mg.nn.Conv2d(1, 2, 3, np.random.default_rng(0)), mg.nn.MaxPool2d(2))
        >>> axes = receptive_field_map(net, np.ones((8, 8)), (1, 1))
        >>> print(caption(axes))
        Receptive field of output (1, 1): rows 2 to 5, columns 2 to 5 of 8 × 8 pixels, 4 × 4. The formula says
        the same.
        >>> plt.close()
    """
    pixels = numbers(image, "image", "(C, H, W)", "(H, W)")
    pixels = pixels[None] if pixels.ndim == 2 else pixels
    field = receptive_field(model, pixels.shape, position, own_weights=own_weights)
    formula = formula_of(model, field, pixels.shape[1:])
    found, look = panels(axes, theme, 1, 2, (3.4, 3.9))
    left, right = found.flat
    shown = pixels.mean(axis=0)
    low, high = (np.nanmin(shown), np.nanmax(shown)) if np.isfinite(shown).any() else (0.0, 1.0)
    picture(left, look, shown, look.shades, low, high if high > low else low + 1.0)
    influence = np.zeros((*field.influence.shape, 4))
    influence[..., :3] = look.mixed("positive", 1.0)
    influence[..., 3] = 0.75 * np.sqrt(field.influence)
    left.imshow(influence, interpolation="nearest")
    frame(left, look, field.box, "positive", "-", "by gradients")
    if formula is not None:
        frame(left, look, formula, "negative", "--", "by the formula")
    picture(right, look, np.zeros(field.output_size), look.shades, 0, 1)
    row, column = field.position
    frame(right, look, ((row, row), (column, column)), "positive", "-", "")
    right.set_xticks(np.arange(-0.5, field.output_size[1]), [], minor=True)
    right.set_yticks(np.arange(-0.5, field.output_size[0]), [], minor=True)
    right.grid(which="minor", color=look.mixed("line", 0.5), linewidth=0.6)
    right.tick_params(which="minor", length=0)
    labels(left, f"input, {size_of(pixels.shape[1:])}")
    labels(right, f"output, {size_of(field.output_size)}")
    legend(left, look, loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=2)
    described(found, sentence(field, pixels.shape[1:], formula))
    return {"input": left, "output": right}


def formula_of(model: Any, field: Field, size: tuple[int, ...]) -> Box | None:
    """The box by the formula; None if it does not know a layer."""
    try:
        return stack_field(model, field.position, size)
    except TypeError:
        return None


def frame(ax: Any, look: Look, box: Box | None, colour: str, dashes: str, label: str) -> None:
    """A rectangle around pixels."""
    if box is None:
        return
    (top, bottom), (left, right) = box
    ax.add_patch(
        Rectangle(
            (left - 0.5, top - 0.5), right - left + 1, bottom - top + 1, fill=False, edgecolor=look[colour],
            linestyle=dashes, linewidth=2.2, label=label, clip_on=False, zorder=4,
        )
    )  # fmt: skip


def sentence(field: Field, size: tuple[int, ...], formula: Box | None) -> str:
    """The caption."""
    head = f"Receptive field of output {field.position}"
    if field.box is None:
        return f"{head}: no pixel has any influence."
    (top, bottom), (left, right) = field.box
    place = f"rows {top} to {bottom}, columns {left} to {right}"
    text = f"{head}: {place} of {size_of(size)} pixels, {size_of(field.size)}."
    if formula is None:
        return text
    if formula == field.box:
        return f"{text} The formula says the same."
    (top, bottom), (left, right) = formula
    return f"{text} The formula allows rows {top} to {bottom}, columns {left} to {right}."


def size_of(size: tuple[int, ...]) -> str:
    """A size in words: 28 × 28."""
    return " × ".join(map(str, size))
