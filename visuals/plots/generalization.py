"""Generalization: bias and variance, and the second descent beyond the interpolation threshold."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from visuals.plots.captions import described, safe
from visuals.plots.inputs import extent, lost, numbers, same_length, told
from visuals.plots.lines import draw_line, logarithmic, mark
from visuals.plots.look import canvas, labels, legend


def bias_variance(
    complexity: Any,
    bias2: Any,
    variance: Any,
    noise: float = 0.0,
    *,
    error: Any = None,
    x: str = "model complexity",
    ax: Any = None,
    theme: str = "auto",
) -> Any:
    """Squared bias falls with the complexity of a model, variance rises, and their sum has a minimum between.

        E[(y - f̂(x))²] = (E[f̂(x)] - f(x))² + E[(f̂(x) - E[f̂(x)])²] + σ²

    Args:
        complexity: degrees or numbers of parameters, (n,).
        bias2, variance: measured at these, (n,).
        noise: σ², the error that no model can avoid.
        error: a measured test error, (n,), to be compared with the sum.
        x: what the complexity is.
        ax, theme: as for `training_curves`.

    Returns:
        The axes.

    Raises:
        TypeError: no numbers.
        ValueError: different lengths, nothing finite, a negative noise.

    Source: Geman, Bienenstock & Doursat, "Neural networks and the bias/variance dilemma" (1992).

    Example:
        >>> import matplotlib.pyplot as plt
        >>> from visuals.plots import caption
        >>> ax = bias_variance([1, 2, 3], [0.5, 0.1, 0.05], [0.01, 0.05, 0.4], noise=0.1, x="degree")
        >>> print(caption(ax))
        Squared bias falls from 0.5 to 0.05, variance rises from 0.01 to 0.4; their sum with a noise of 0.1 is
        lowest at degree 2, with 0.25.
        >>> plt.close()
    """
    if not noise >= 0:
        raise ValueError(f"noise is a variance, from 0 on; it was {noise}.")
    sizes, squares, spreads = (
        numbers(values, name, "(n,)")
        for values, name in ((complexity, "complexity"), (bias2, "bias2"), (variance, "variance"))
    )
    same_length(complexity=sizes, bias2=squares, variance=spreads)
    total = squares + spreads + noise
    extent(total, "The sum of squared bias and variance")
    ax, look = canvas(ax, theme)
    draw_line(ax, sizes, squares, look, 0, "bias²")
    draw_line(ax, sizes, spreads, look, 1, "variance")
    draw_line(ax, sizes, total, look, 2, "bias² + variance" + (" + noise" if noise else ""))
    if noise:
        ax.axhline(
            noise,
            color=look["muted"],
            linestyle=(0, (1, 3)),
            linewidth=1.4,
            label=f"noise σ² = {told(noise)}",
        )
    if error is not None:
        measured = numbers(error, "error", "(n,)")
        same_length(complexity=sizes, error=measured)
        draw_line(ax, sizes, measured, look, 3, "test error, measured")
    best = int(np.nanargmin(np.where(np.isfinite(total), total, np.nan)))
    mark(ax, sizes[best], f"lowest: {told(total[best])} at {told(sizes[best])}", look)
    ax.plot([sizes[best]], [total[best]], "*", color=look["ink"], markersize=12, zorder=5)
    if np.all(sizes == np.round(sizes)):  # there is no polynomial of degree 1.5
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    labels(ax, x=safe(x), y="expected squared error")
    legend(ax, look)
    described(
        ax,
        f"Squared bias {moves(squares)}, variance {moves(spreads)}; their sum"
        f"{f' with a noise of {told(noise)}' if noise else ''} is lowest at {x} {told(sizes[best])}, with "
        f"{told(total[best])}.{lost(total)}",
    )
    return ax


def double_descent(
    parameters: Any,
    train: Any,
    test: Any,
    *,
    threshold: float | None = None,
    x: str = "number of parameters",
    quantity: str = "error",
    ax: Any = None,
    theme: str = "auto",
) -> Any:
    """The test error falls, rises to a peak where the model can just fit every point, and falls again beyond.

    Args:
        parameters: the sizes of the models, (n,), above 0; the axis is logarithmic.
        train, test: errors, (n,); on a logarithmic axis, where 0 is a gap with a cross.
        threshold: where the model can just fit all training data: as many parameters as points; marked.
        x, quantity: what the axes are called.
        ax, theme: as for `training_curves`.

    Returns:
        The axes.

    Raises:
        TypeError: no numbers.
        ValueError: different lengths, sizes that are not above 0, nothing that can be drawn.

    Source: Belkin et al., "Reconciling modern machine-learning practice and the classical bias–variance
        trade-off" (2019).

    Example:
        >>> import matplotlib.pyplot as plt
        >>> from visuals.plots import caption
        >>> ax = double_descent([5, 10, 20, 40, 80], [1, 0.5, 0, 0, 0], [1.2, 0.9, 30, 2, 0.7], threshold=20)
        >>> print(caption(ax))
        Test error of 5 models: up to the interpolation threshold at 20, lowest at 10 with 0.9; largest at 20
            with 30;
        at the largest model, 80, it is 0.7.
        >>> plt.close()
    """
    sizes, seen, unseen = (
        numbers(values, name, "(n,)")
        for values, name in ((parameters, "parameters"), (train, "train"), (test, "test"))
    )
    same_length(parameters=sizes, train=seen, test=unseen)
    if not (sizes > 0).all():
        raise ValueError("The sizes of models are above 0: their axis is logarithmic.")
    order = np.argsort(sizes)
    sizes, seen, unseen = sizes[order], seen[order], unseen[order]
    if extent(unseen, "The test errors")[1] <= 0:
        raise ValueError("No test error is above 0, so none can be drawn on a logarithmic axis.")
    ax, look = canvas(ax, theme)
    logarithmic(ax, "x")
    logarithmic(ax, "y")
    draw_line(ax, sizes, seen, look, 0, f"training {safe(quantity)}", log=True)
    draw_line(ax, sizes, unseen, look, 1, f"test {safe(quantity)}", log=True)
    usable = np.where(np.isfinite(unseen), unseen, np.nan)
    top = int(np.nanargmax(usable))
    head = ""
    if threshold is not None:
        mark(ax, threshold, f"interpolation threshold: {told(threshold)}", look)
        before = np.where(sizes < threshold, usable, np.nan)
        if np.isfinite(before).any():
            k = int(np.nanargmin(before))
            head = (
                f"up to the interpolation threshold at {told(threshold)}, lowest at {told(sizes[k])} with "
                f"{told(usable[k])}; "
            )
    labels(ax, x=safe(x), y=safe(quantity))
    legend(ax, look)
    described(
        ax,
        f"Test {quantity} of {len(sizes)} models: {head}largest at {told(sizes[top])} with "
        f"{told(usable[top])}; at the largest model, {told(sizes[-1])}, it is {told(unseen[-1])}."
        + lost(np.concatenate([seen, unseen])),
    )
    return ax


def moves(values: np.ndarray) -> str:
    """Whether a curve falls or rises from its first to its last finite value."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return "is unknown"
    word = "falls" if finite[-1] < finite[0] else "rises"
    return f"{word} from {told(finite[0])} to {told(finite[-1])}"
