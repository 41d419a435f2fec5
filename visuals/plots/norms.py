"""How large gradients and activations are, layer by layer: where they vanish, and where they explode.

With this module, one can
- follow them over time:      norms_over_time(record.gradients.norms)
- compare networks by depth:  norms_by_depth({"sigmoid": one.gradients.norms, "ReLU": other.gradients.norms})
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from visuals.plots.captions import described, safe
from visuals.plots.inputs import columns, extent, numbers, several, told
from visuals.plots.lines import draw_line, logarithmic
from visuals.plots.look import canvas, labels, legend, slanted

EXAMPLE = '{"0.weight": [1.2, 0.9], "2.weight": [0.4, 0.5]}'


def norms_over_time(
    values: Mapping[str, Any],
    *,
    what: str = "gradient",
    x: str = "step",
    ax: Any = None,
    theme: str = "auto",
) -> Any:
    """The norm ‖v‖ = √(Σ vᵢ²) of each layer at each step, on a logarithmic axis.

    Args:
        values: by layer, one norm per step, or one array of which it is computed.
        what: what the norms are of: "gradient", "activation", "weight".
        x: what is counted.
        ax, theme: as for `training_curves`.

    Returns:
        The axes. A norm that is 0, NaN or infinite is a gap with a cross.

    Raises:
        TypeError, ValueError: no dictionary, nothing in it, or nothing that can be drawn.

    Source: Pascanu, Mikolov & Bengio, "On the difficulty of training recurrent neural networks" (2013).

    Example:
        >>> import matplotlib.pyplot as plt
        >>> from visuals.plots import caption
        >>> ax = norms_over_time({"0.weight": [1.0, 0.1], "2.weight": [2.0, 1.5]})
        >>> print(caption(ax))
        Gradient norm of 2 layers over 2 steps. At the end: largest 2.weight (1.5), smallest 0.weight (0.1).
        >>> plt.close()
    """
    table = {name: norms(series, name) for name, series in columns(values, "values", EXAMPLE).items()}
    check_drawable(table, what)
    ax, look = canvas(ax, theme)
    logarithmic(ax, "y")
    for k, (name, series) in enumerate(table.items()):
        draw_line(ax, np.arange(1, len(series) + 1), series, look, k, safe(name), log=True)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    labels(ax, x=x, y=f"{what} norm")
    if len(table) > 6:  # a long legend would cover the lines
        legend(ax, look, loc="center left", bbox_to_anchor=(1.01, 0.5))
    else:
        legend(ax, look)
    ends = {name: series[-1] for name, series in table.items()}
    most, least = max(ends, key=lambda n: nan_low(ends[n])), min(ends, key=lambda n: nan_high(ends[n]))
    longest = max(map(len, table.values()))
    described(
        ax,
        f"{what.capitalize()} norm of {several(len(table), 'layer')} over {several(longest, x)}. At the end: "
        f"largest {most} ({told(ends[most])}), smallest {least} ({told(ends[least])}).{gaps(table)}",
    )
    return ax


def norms_by_depth(
    runs: Mapping[str, Mapping[str, Any]],
    *,
    what: str = "gradient",
    step: int = 0,
    ax: Any = None,
    theme: str = "auto",
) -> Any:
    """The norm in each layer, from the first to the last, of several networks: a line that falls to the left
    vanishes.

    A gradient that passes L layers was multiplied by L Jacobians: on a logarithmic axis, factors of the same
        size are
    a straight line.

    Args:
        runs: by name of the network, and by layer: norms (or arrays) per step, or a single norm.
        what: what the norms are of.
        step: which step; 0 is the first, -1 the last.
        ax, theme: as for `training_curves`.

    Returns:
        The axes.

    Raises:
        TypeError, ValueError: as for `norms_over_time`; no such step.

    Source: Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural networks"
        (2010).

    Example:
        >>> import matplotlib.pyplot as plt
        >>> from visuals.plots import caption
        >>> sigmoid, relu = {"W1": 1e-4, "W2": 1e-2, "W3": 1.0}, {"W1": 0.8, "W2": 0.9, "W3": 1.0}
        >>> ax = norms_by_depth({"sigmoid": sigmoid, "ReLU": relu})
        >>> print(caption(ax))
        Gradient norm by layer. From first to last layer: sigmoid 0.0001 to 1, ReLU 0.8 to 1.
        >>> plt.close()
    """
    table: dict[str, np.ndarray] = {}
    names: list[str] = []
    for run, layers in columns(runs, "runs", '{"sigmoid": {"W1": 0.1, "W2": 1.0}}').items():
        layers = columns(layers, f"runs[{run!r}]", '{"W1": 0.1, "W2": 1.0}')
        table[run] = np.array([at(norms(series, name), step, name) for name, series in layers.items()])
        names = list(layers) if len(layers) > len(names) else names
    check_drawable(table, what)
    ax, look = canvas(ax, theme)
    logarithmic(ax, "y")
    for k, (run, series) in enumerate(table.items()):
        line = draw_line(ax, np.arange(1, len(series) + 1), series, look, k, safe(run), log=True)
        line.set_markevery(1 if len(series) <= 30 else len(series) // 15)
    if len(names) <= 16:
        ax.set_xticks(np.arange(1, len(names) + 1), [safe(name, 80) for name in names])
        if max(map(len, names)) * len(names) > 60:
            slanted(ax)
    else:
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    labels(ax, x="layer", y=f"{what} norm")
    legend(ax, look)
    ways = ", ".join(f"{run} {told(series[0])} to {told(series[-1])}" for run, series in table.items())
    described(ax, f"{what.capitalize()} norm by layer. From first to last layer: {ways}.{gaps(table)}")
    return ax


def norms(series: Any, name: str) -> np.ndarray:
    """One norm per step: the numbers themselves, or the norms of arrays."""
    if isinstance(series, (list, tuple)) and any(np.ndim(part) for part in series):
        return np.array([np.linalg.norm(numbers(part, f"{name}, step {k}")) for k, part in enumerate(series)])
    return np.abs(np.atleast_1d(numbers(series, name, "()", "(steps,)")))


def at(series: np.ndarray, step: int, name: str) -> float:
    """The norm of one step."""
    if not -len(series) <= step < len(series):
        raise ValueError(f"{name!r} has {several(len(series), 'step')}; there is no step {step}.")
    return float(series[step])


def check_drawable(table: Mapping[str, np.ndarray], what: str) -> None:
    """Refuse norms of which none can stand on a logarithmic axis."""
    every = np.concatenate(list(table.values()))
    if extent(every, f"The {what} norms")[1] <= 0:
        raise ValueError(
            f"All {what} norms are 0: nothing can be drawn on a logarithmic axis. Was backward() called, and "
            f"are the layers part of the loss?"
        )


def gaps(table: Mapping[str, np.ndarray]) -> str:
    """A sentence on what is missing."""
    every = np.concatenate(list(table.values()))
    n = int(np.sum(~np.isfinite(every) | (every <= 0)))
    return f" {several(n, 'norm')} {'is' if n == 1 else 'are'} 0, NaN or infinite: gaps." if n else ""


def nan_low(value: float) -> float:
    """For comparisons: NaN is the smallest."""
    return -np.inf if np.isnan(value) else value


def nan_high(value: float) -> float:
    """For comparisons: NaN is the largest."""
    return np.inf if np.isnan(value) else value
