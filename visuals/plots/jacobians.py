"""The Jacobian of a small node, and beside it the product that backpropagation computes instead."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from minigrad import func
from minigrad.node import function_name
from minigrad.ruletext import rule_text
from minigrad.vjps import rulebook
from visuals.plots.captions import described, safe
from visuals.plots.cells import READABLE, cells, entries
from visuals.plots.inputs import extent, lost, numbers, shown, told
from visuals.plots.look import canvas, colourbar, dress, labels, looking

LARGEST = 64  # rows or columns
PARTS = ("upstream", "jacobian", "vjp")


def jacobian_and_vjp(
    fun: Callable[[Any], Any],
    x: Any,
    upstream: Any = None,
    *,
    name: str = "",
    axes: Any = None,
    theme: str = "auto",
) -> dict[str, Any]:
    r"""J[i, j] = ∂zᵢ/∂xⱼ of z = f(x), to its left the upstream gradient g = ∂L/∂z, and below it ∂L/∂x = Jᵀ g.

    Every row of J is weighted with the g to its left, and every column is summed up below. The engine never
    builds J: the row below comes from the rule of the function, which is written as the title, and is
    compared with Jᵀ g.

    Args:
        fun: a function of one array or Tensor, written in NumPy.
        x: where; numbers of any shape, read row by row.
        upstream: g, of the shape of fun(x); by default ones.
        name: of the function, for the title; by default its own.
        axes: three matplotlib axes: for g, J, and Jᵀ g; by default those of a new figure.
        theme: "light", "dark", or "auto" for that of the background.

    Returns:
        A dict of the Axes "upstream", "jacobian" and "vjp".

    Raises:
        TypeError: fun does not return one array.
        ValueError: more than 64 entries in x or in the result, an upstream of another shape, or not three
            axes.

    Source: Griewank & Walther, "Evaluating derivatives" (2008), chapter 3.

    Example:
        >>> import numpy as np, matplotlib.pyplot as plt
        >>> from visuals.plots import caption
        >>> axes = jacobian_and_vjp(np.tanh, np.array([0.0, 1.0, 2.0]), upstream=[1.0, 1.0, -1.0])
        >>> axes["jacobian"].get_title()
        'tanh:\n∂L/∂x = g * (1 - out * out)'
        >>> print(caption(axes))
        Jacobian of tanh, 3 × 3 with 3 of 9 entries not 0; below it Jᵀg = (1, 0.42, −0.0707), as the engine
        sent it.
        >>> plt.close()
    """
    point = numbers(x, "x")
    value, product = func.vjp(fun, point)
    if isinstance(value, (tuple, list, dict)):
        raise TypeError(f"The function should return one array; it returned {shown(value)}.")
    shape = np.shape(value)
    g = np.ones(shape) if upstream is None else numbers(upstream, "upstream")
    if g.shape != shape:
        raise ValueError(f"upstream has shape {g.shape}; it needs that of the function's result, {shape}.")
    if max(point.size, np.size(value)) > LARGEST:
        raise ValueError(
            f"This Jacobian has {np.size(value)} × {point.size} entries; at most {LARGEST} × {LARGEST} "
            f"can be read. Take a smaller x: that a Jacobian grows like this is why it is never built."
        )
    matrix = np.reshape(func.jacobian(fun)(point), (-1, point.size))
    sent = np.reshape(product(g)[0], (1, -1))
    found, look = three(axes, theme, matrix.shape)
    top = extent(np.abs(matrix), "The Jacobian")[1] or 1.0
    # one scale for what has one meaning: gradients of L to the left and below
    scale = max(extent(np.abs(a), "The gradients")[1] for a in (g, sent)) or 1.0
    inputs, outputs = entries(point.shape, "x"), entries(shape, "z")
    few = max(matrix.shape) <= READABLE
    cells(found["upstream"], look, g.reshape(-1, 1), scale, few)
    images = cells(found["jacobian"], look, matrix, top, few), cells(found["vjp"], look, sent, scale, few)
    if not few:
        colourbar(images[0], found["jacobian"], look, "∂z/∂x")
        colourbar(images[1], found["vjp"], look, "∂L/∂…", aspect=4)
    title, rule = safe(name or function_name(fun)), rule_of(fun)
    head = [f"{title}:", f"∂L/∂x = {rule}"] if rule else [f"Jacobian of {title}"]
    wide = max(28, 7 * matrix.shape[1])
    labels(found["jacobian"], "\n".join(textwrap.fill(line, wide) for line in head))
    labels(found["upstream"], "g = ∂L/∂z", y="entry of z")
    labels(found["vjp"], x="entry of x", y="∂L/∂x = Jᵀg")
    if few or matrix.shape[0] <= 2 * READABLE:
        found["upstream"].set_yticks(range(len(outputs)), outputs)
    if few or matrix.shape[1] <= READABLE:
        found["vjp"].set_xticks(range(len(inputs)), inputs)
    found["vjp"].yaxis.label.set(rotation=0, ha="right", va="center")
    full = int(np.sum(matrix != 0))
    summed = (
        "(" + ", ".join(told(v) for v in sent.ravel()) + ")" if few else "its columns, weighted and summed"
    )
    agrees = np.allclose(sent, g.ravel() @ matrix, equal_nan=True)
    described(
        found,
        f"Jacobian of {name or function_name(fun)}, {matrix.shape[0]} × {matrix.shape[1]} with {full} of "
        f"{matrix.size} entries not 0; below it Jᵀg = {summed}, "
        + ("as the engine sent it." if agrees else "which is NOT what follows from J: the rule is wrong.")
        + lost(matrix, "entry"),
    )
    return found


def three(axes: Any, theme: str, shape: tuple[int, int]) -> tuple[dict[str, Any], Any]:
    """Axes for the upstream gradient, the Jacobian to its right, and the product below."""
    if axes is None:
        look = looking(theme)
        rows, columns = (min(max(n, least), 11) for n, least in zip(shape, (2, 4), strict=True))
        _, found = plt.subplot_mosaic(
            [["upstream", "jacobian"], [".", "vjp"]], layout="constrained",
            figsize=(2.4 + 0.62 * columns, 1.9 + 0.42 * rows), width_ratios=(1, columns),
            height_ratios=(rows, 1), facecolor=look["paper"],
        )  # fmt: skip
        for ax in found.values():
            dress(ax, look)
        return {part: found[part] for part in PARTS}, look
    given = list(axes.values() if isinstance(axes, dict) else np.asarray(axes, dtype=object).flat)
    if len(given) != 3:
        raise ValueError(f"axes holds {len(given)}, but there are three panels: g, J and Jᵀg.")
    look = looking(theme, given[0])
    return {part: canvas(ax, theme)[0] for part, ax in zip(PARTS, given, strict=True)}, look


def rule_of(fun: Any) -> str:
    """The text of a function's own rule for its first argument, if it is a formula that fits."""
    text = rule_text(fun, 0) if fun in rulebook else ""
    return text if len(text) <= 40 and "_rule(" not in text else ""
