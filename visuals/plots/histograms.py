"""Distributions that change: activations and gradients per layer, from step to step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.colors import PowerNorm
from matplotlib.ticker import MaxNLocator

from visuals.plots.captions import described, safe
from visuals.plots.inputs import columns, lost, numbers, several, told
from visuals.plots.look import colourbar, labels, legend, panels, rows_of

MOST = 24  # panels
QUANTILES = (5, 50, 95)


def histograms_over_time(
    values: Mapping[str, Any],
    *,
    what: str = "gradient",
    bins: int = 40,
    limits: tuple[float, float] | None = None,
    x: str = "step",
    axes: Any = None,
    theme: str = "auto",
) -> dict[str, Any]:
    """Per layer, how its numbers are distributed at each step: dark where many are, with median and quantiles
    as lines.

    All layers share the axis of values, so a layer whose gradients vanish is a thin band at 0, and one that
    saturates has two dark rims.

    Args:
        values: by layer, one array per step, as `Recorder` keeps them in `.samples`; an empty array is a gap.
        what: what the values are: "gradient", "activation", "weight".
        bins: how many intervals the axis of values is cut into.
        limits: of the axis of values; by default such that 1 in 1,000 values is outside. Those are counted in
            the outermost bins.
        x: what is counted: "step", "pass" or "epoch".
        axes: matplotlib axes to draw on, one per layer; by default those of a new figure.
        theme: "light", "dark", or "auto" for that of the background.

    Returns:
        A dict with the Axes of each layer.

    Raises:
        TypeError: values that are no dictionary, or no numbers.
        ValueError: no layers, more than 24 of them, nothing finite, limits in the wrong order, other axes.

    Source: Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural networks"
        (2010).

    Example:
        >>> import numpy as np, matplotlib.pyplot as plt
        >>> from visuals.plots import caption
        >>> draws = [np.random.default_rng(k).normal(0, 1 + k, 500) for k in range(5)]
        >>> axes = histograms_over_time({"0 Linear": draws}, what="activation")
        >>> print(caption(axes))
        Distribution of activations over 5 steps. Standard deviation from first to last: 0 Linear 1.01 to
        5.04.
        >>> plt.close()
    """
    table = {
        name: over_time(arrays, name)
        for name, arrays in columns(values, "values", '{"W1": [array, …]}').items()
    }
    if len(table) > MOST:
        raise ValueError(
            f"{len(table)} layers do not fit on one page; choose at most {MOST}: "
            f"{{name: values[name] for name in list(values)[:{MOST}]}}."
        )
    every = np.concatenate([array for arrays in table.values() for array in arrays])
    finite = every[np.isfinite(every)]
    if not finite.size:
        raise ValueError(f"There is no finite {what} in any layer, so there is nothing to draw.")
    low, high = outline(finite) if limits is None else limits
    if not low < high:
        raise ValueError(f"limits are a smaller and a larger number; they were {limits}.")
    rows, wide = rows_of(len(table), axes is not None)
    found, look = panels(axes, theme, rows, wide, (3.0, 2.2), spare=rows * wide - len(table))
    edges = np.linspace(low, high, bins + 1)
    shares = {name: np.array([share(array, edges) for array in arrays]).T for name, arrays in table.items()}
    top = max(float(np.max(part, initial=0.0, where=np.isfinite(part))) for part in shares.values())
    for k, (ax, (name, arrays)) in enumerate(zip(found.flat, table.items(), strict=False)):
        steps = np.arange(len(arrays) + 1) + 0.5
        mesh = ax.pcolormesh(
            steps, edges, np.ma.masked_invalid(shares[name]), cmap=look.amounts, norm=PowerNorm(0.5, 0, top)
        )
        quantiles = np.array([of(array) for array in arrays]).T
        for q, line, style in zip(QUANTILES, quantiles, (":", "-", "--"), strict=True):
            ax.plot(steps[:-1] + 0.5, line, style, color=look["positive"], linewidth=1.6,
                    label="median" if q == 50 else f"{q} %")  # fmt: skip
        below, left = k + wide < len(table), k % wide == 0
        labels(ax, safe(name), "" if below else x, what if left else "")
        ax.set_ylim(low, high)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        ax.tick_params(labelleft=left)
        if k == 0:
            legend(ax, look, loc="upper right")
    drawn = list(found.flat)[: len(table)]
    colourbar(mesh, found, look, "share of the values", aspect=14 * rows, pad=0.02)
    spreads = "; ".join(f"{name} {spread(arrays)}" for name, arrays in table.items())
    longest = max(map(len, table.values()))
    described(
        drawn,
        f"Distribution of {what}s over {several(longest, x)}. Standard deviation from first to last: {spreads}."
        f"{lost(every)}",
    )
    return dict(zip(table, drawn, strict=True))


def over_time(arrays: Any, name: str) -> list[np.ndarray]:
    """One flat array per step."""
    parts = list(arrays)
    if not parts:
        raise ValueError(f"{name!r} has no steps: there is nothing to draw.")
    return [np.array([]) if np.size(part) == 0 else numbers(part, f"{name}, step {k}").ravel()
            for k, part in enumerate(parts)]  # fmt: skip


def outline(finite: np.ndarray) -> tuple[float, float]:
    """Limits that hold nearly all values, and are not equal."""
    low, high = np.percentile(finite, (0.05, 99.95))
    pad = 0.05 * (high - low) or 0.5 * abs(high) or 0.5
    return float(low - pad), float(high + pad)


def share(array: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """The share of the finite values in each bin; NaN if there are none."""
    finite = array[np.isfinite(array)]
    if not finite.size:
        return np.full(len(edges) - 1, np.nan)
    return np.histogram(np.clip(finite, edges[0], edges[-1]), edges)[0] / finite.size


def of(array: np.ndarray) -> np.ndarray:
    """The quantiles of the finite values."""
    finite = array[np.isfinite(array)]
    return np.percentile(finite, QUANTILES) if finite.size else np.full(len(QUANTILES), np.nan)


def spread(arrays: list[np.ndarray]) -> str:
    """The standard deviations of the first and the last step that have any."""
    some = [finite for array in arrays if (finite := array[np.isfinite(array)]).size]
    return f"{told(np.std(some[0]))} to {told(np.std(some[-1]))}" if some else "unknown"
