"""Under- and overfitting in one look: polynomials of several degrees through the same points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.polynomial import Polynomial

from visuals.plots.captions import described
from visuals.plots.inputs import numbers, same_length, told
from visuals.plots.look import TEXT, labels, legend, panels


def polynomial_fits(
    x: Any,
    y: Any,
    degrees: Sequence[int] = (1, 3, 9),
    *,
    truth: Callable[[np.ndarray], Any] | None = None,
    test: tuple[Any, Any] | None = None,
    axes: Any = None,
    theme: str = "auto",
) -> np.ndarray:
    """Least-squares polynomials through the same points: too stiff, about right, and through every accident.

    Args:
        x, y: points, (n,) or (n, 1), as `mg.data.sine` makes them.
        degrees: one panel each.
        truth: the curve without noise, drawn as a thin line.
        test: x and y that were not learned from; the titles then tell their error too.
        axes: one per degree; by default those of a new figure.
        theme: "light", "dark", or "auto" for that of the background.

    Returns:
        An array with one Axes per degree.

    Raises:
        ValueError: points that are not finite or not as many x as y, a degree below 0 or with more
            coefficients than there are points.

    Source: Bishop, "Pattern recognition and machine learning" (2006), section 1.1.

    Example:
        >>> import matplotlib.pyplot as plt, minigrad as mg
        >>> x, y = mg.data.sine(10, noise=0.2, rng=1)
        >>> [ax.get_title() for ax in polynomial_fits(x, y, degrees=(1, 9))]
        ['degree 1: error 0.147', 'degree 9: error ...']
        >>> plt.close()
    """
    points = column(x, "x"), column(y, "y")
    same_length(x=points[0], y=points[1])
    unseen = None if test is None else (column(test[0], "test[0]"), column(test[1], "test[1]"))
    for degree in degrees:
        if degree < 0 or degree >= len(points[0]):
            raise ValueError(
                f"A polynomial of degree {degree} cannot be fitted to {len(points[0])} points: degrees go "
                f"from 0 to {len(points[0]) - 1}."
            )
    if not len(degrees):
        raise ValueError("degrees is empty: there is nothing to fit.")
    found, look = panels(axes, theme, 1, len(degrees), (3.0, 2.7))
    low, high = points[0].min(), points[0].max()
    at = np.linspace(low - 0.03 * (high - low), high + 0.03 * (high - low), 300)
    span = points[1].max() - points[1].min() or 1.0
    told_of = []
    for k, (ax, degree) in enumerate(zip(found.flat, degrees, strict=True)):
        fit = Polynomial.fit(*points, degree)
        errors = [float(np.mean((fit(a) - b) ** 2)) for a, b in (points, *([unseen] if unseen else []))]
        if truth is not None:
            ax.plot(at, np.asarray(truth(at)), "--", color=look["muted"], linewidth=1.3, label="truth")
        ax.plot(*points, "o", color=look["negative"], markersize=5, label="data", zorder=4)
        ax.plot(at, fit(at), "-", color=look["positive"], linewidth=2, label="fit")
        ax.set_ylim(points[1].min() - 0.5 * span, points[1].max() + 0.5 * span)
        text = f"error {told(errors[0])}" + (f", unseen {told(errors[1])}" if unseen else "")
        labels(ax, f"degree {degree}: {text}", "x", "" if k else "y")
        ax.title.set_fontsize(TEXT)
        ax.tick_params(labelleft=not k)
        told_of.append(f"degree {degree} {text}")
    legend(found.flat[0], look)
    described(
        found.reshape(-1),
        f"Polynomials fitted to {len(points[0])} points, mean squared errors: {'; '.join(told_of)}.",
    )
    return found.reshape(-1)


def column(values: Any, what: str) -> np.ndarray:
    """A column of finite numbers as (n,)."""
    array = numbers(values, what, "(n,)", "(n, 1)")
    if array.ndim == 2 and array.shape[1] != 1:
        raise ValueError(f"{what} should have shape (n,) or (n, 1); it has shape {array.shape}.")
    if not np.isfinite(array).all():
        raise ValueError(f"{what} holds {int(np.sum(~np.isfinite(array)))} values that are NaN or infinite.")
    return array.reshape(-1)
