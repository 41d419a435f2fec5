"""Finite differences against the analytic derivative: how the error depends on the step size.

With this module, one can
- measure:      difference_errors(np.exp, 1.0) -> h, and the errors of both quotients
- draw:         step_size_curve(np.exp, 1.0)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import minigrad as mg
from minigrad import func
from minigrad.node import function_name
from visuals.plots.captions import described, safe
from visuals.plots.inputs import numbers, shown, told
from visuals.plots.landscapes import number_of
from visuals.plots.lines import draw_line, logarithmic
from visuals.plots.look import canvas, labels, legend

EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Errors:
    """What `difference_errors` measured, for φ(t) = f(x + t v).

    Attributes:
        h: the step sizes.
        forward: |(φ(h) - φ(0)) / h - φ′(0)|.
        central: |(φ(h) - φ(-h)) / 2h - φ′(0)|.
        derivatives: φ(0), φ′(0), φ″(0) and φ‴(0), by backpropagation.
    """

    h: np.ndarray
    forward: np.ndarray
    central: np.ndarray
    derivatives: tuple[float, float, float, float]

    @property
    def best(self) -> tuple[float, float]:
        """The step size at which the central quotient is nearest, and its error there."""
        k = int(np.nanargmin(self.central))
        return float(self.h[k]), float(self.central[k])


def difference_errors(
    fun: Callable[[Any], Any], x: Any, direction: Any = None, *, steps: Any = None
) -> Errors:
    """The error of difference quotients at many step sizes.

    Args:
        fun: a function of one array with one number as its value, written in NumPy.
        x: where.
        direction: v, of x's shape; by default 1 in every entry, scaled to length 1.
        steps: the step sizes; by default 10⁻¹⁶ … 1.

    Returns:
        Errors.

    Raises:
        TypeError: the value is no single number.
        ValueError: a direction of another shape, step sizes that are not positive.

    Example:
        >>> import numpy as np
        >>> errors = difference_errors(np.exp, 1.0, steps=[1e-5, 1e-2])
        >>> errors.central.argmin(), [float(f"{d:.3g}") for d in errors.derivatives]
        (np.int64(0), [2.72, 2.72, 2.72, 2.72])
    """
    point = numbers(x, "x")
    v = np.ones(point.shape) / np.sqrt(point.size) if direction is None else numbers(direction, "direction")
    if v.shape != point.shape:
        raise ValueError(f"direction has shape {v.shape}; x has {point.shape}.")
    h = np.logspace(-16, 0, 97) if steps is None else numbers(steps, "steps", "(n,)")
    if not (h > 0).all():
        raise ValueError(f"Step sizes are positive; these are {shown(steps)}.")
    derivatives, phi = [], along(fun, point, v)
    for _ in range(4):
        derivatives.append(number_of(phi(0.0), "The function gives"))
        phi = func.grad(phi)
    with mg.no_grad(), np.errstate(all="ignore"):
        right, left = (np.array([number_of(fun(point + s * v)) for s in sign * h]) for sign in (1, -1))
    value, exact = derivatives[:2]
    forward, central = (right - value) / h, (right - left) / (2 * h)
    first, second, third, fourth = derivatives
    return Errors(h, np.abs(forward - exact), np.abs(central - exact), (first, second, third, fourth))


def along(fun: Callable[[Any], Any], x: np.ndarray, v: np.ndarray) -> Callable[[Any], Any]:
    """t ↦ fun(x + t v)."""
    return lambda t: fun(x + t * v)


def step_size_curve(
    fun: Callable[[Any], Any],
    x: Any,
    direction: Any = None,
    *,
    name: str = "",
    steps: Any = None,
    ax: Any = None,
    theme: str = "auto",
) -> Any:
    """The V of numerical derivatives: a large step is wrong by what it cuts off, a small one by what it
    rounds off.

        |(φ(h) - φ(0)) / h - φ′|         ≈ h/2 · |φ″|   + ε |φ| / h
        |(φ(h) - φ(-h)) / 2h - φ′|       ≈ h²/6 · |φ‴|  + ε |φ| / h        φ(t) = f(x + t v)

    The thin lines are these terms, with φ″ and φ‴ by backpropagation; ε = 2.2 · 10⁻¹⁶ is the precision of
    float64. The best central step is near (3 ε |φ / φ‴|)^⅓, about 10⁻⁵.

    Args:
        fun, x, direction, steps: as for `difference_errors`.
        name: of the function; by default its own.
        ax, theme: as for `training_curves`.

    Returns:
        The axes.

    Raises:
        TypeError, ValueError: as for `difference_errors`.

    Source: Press et al., "Numerical recipes" (2007), section 5.7.

    Example:
        >>> import numpy as np, matplotlib.pyplot as plt
        >>> ax = step_size_curve(np.exp, 1.0)
        >>> print(*ax.get_legend_handles_labels()[1], sep="; ")
        forward difference; central difference; h/2 · |φ″|; h²/6 · |φ‴|; ε|φ|/h, rounding; best h: ...
        >>> plt.close()
    """
    found = difference_errors(fun, x, direction, steps=steps)
    h, (value, _, second, third) = found.h, found.derivatives
    ax, look = canvas(ax, theme)
    logarithmic(ax, "x")
    logarithmic(ax, "y")
    measured = {"forward difference": found.forward, "central difference": found.central}
    for k, (label, errors) in enumerate(measured.items()):
        exact = np.where(errors == 0, np.nan, errors)  # by luck exact: not on a logarithmic axis, and no flaw
        if np.isfinite(exact).any():
            draw_line(ax, h[np.isfinite(exact)], exact[np.isfinite(exact)], look, k, label)
    bottom, top = ax.get_ylim()
    terms = {
        "h/2 · |φ″|": h / 2 * abs(second),
        "h²/6 · |φ‴|": h * h / 6 * abs(third),
        "ε|φ|/h, rounding": EPS * abs(value) / h,
    }
    for style, (label, term) in zip(("--", "-.", ":"), terms.items(), strict=True):
        if term.any():
            ax.plot(h, term, style, color=look["muted"], linewidth=1.2, label=label, zorder=1)
    best, error = found.best
    ax.plot(
        [best], [max(error, bottom)], "*", color=look["ink"], markersize=13, zorder=5, clip_on=False,
        label=f"best h: {told(best)}",
    )  # fmt: skip
    ax.set_ylim(bottom, top)
    title = safe(name or function_name(fun))
    labels(ax, x="step size h", y=f"error of the derivative of {title}")
    legend(ax, look)
    rule = f" Theory says {told(np.cbrt(3 * EPS * abs(value / third)))}." if third and value else ""
    described(
        ax,
        f"Error of numerical derivatives of {name or function_name(fun)} by step size. The central "
        f"difference is best at h = {told(best)}, with an error of {told(error)}; the forward difference "
        f"reaches {told(np.nanmin(found.forward))}.{rule}",
    )
    return ax
