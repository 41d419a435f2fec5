"""The loss as a function of one or two numbers, so that it can be drawn; and the ways that optimizers take in
it.

With this module, one can
- make a function of a network's loss:      f = loss_of(net.parameters(), lambda: loss(net(x), y))
- cut a plane through many dimensions:      plane(f, w, one, other)
- find directions for it:                   random_direction(net.parameters(), rng)
- let optimizers walk:                      optimizer_paths(f, (-1.5, 2.0), {"SGD": lambda p: SGD(p, lr=0.1)})
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

import minigrad as mg
from minigrad.device import to_cpu
from minigrad.operators import plain
from visuals.plots.inputs import columns, numbers, shown

Loss = Callable[[Any], Any]


def loss_of(parameters: Iterable[Any], loss: Callable[[], Any]) -> Loss:
    """A function of one vector: the loss that the parameters would have with these numbers in them.

    The parameters get their own numbers back after each call.

    Args:
        parameters: of a network, `net.parameters()`.
        loss: without arguments; computes the loss with the parameters as they are.

    Returns:
        f(vector) -> float, for vectors as `mg.optim.parameters_to_vector` makes them.

    Raises:
        ValueError: no parameters; (when called) a vector of another size.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> w = mg.Parameter([1.0, 2.0])
        >>> f = loss_of([w], lambda: (w * w).sum())
        >>> f(np.array([3.0, 4.0])), w.data
        (25.0, array([1., 2.]))
    """
    held = list(parameters)
    if not held:
        raise ValueError("There are no parameters that the loss could be a function of.")

    def value(vector: Any) -> float:
        before = [p.data for p in held]
        try:
            mg.optim.vector_to_parameters(np.asarray(plain(vector), dtype=float), held)
            with mg.no_grad():
                return number_of(loss())
        finally:
            for p, data in zip(held, before, strict=True):
                p.data = data

    return value


def random_direction(parameters: Iterable[Any], rng: np.random.Generator) -> np.ndarray:
    """A random direction in which every neuron's weights would change by their own length, as one vector.

    Without this, a network with large weights would look flat and one with small weights steep, although both
    may compute the same.

        d ← d · ‖w‖ / ‖d‖   for each column w of a matrix, each kernel of a convolution; 0 where w is 0

    Args:
        parameters: matrices (n_in, n_out), kernels (out, in, …), and biases, which are taken as a whole.
        rng: draws the direction from a normal distribution.

    Source: Li et al., "Visualizing the loss landscape of neural nets" (2018).

    Example:
        >>> import numpy as np, minigrad as mg
        >>> w = mg.Parameter([[3.0], [4.0]])
        >>> round(float(np.linalg.norm(random_direction([w], np.random.default_rng(0)))), 6)
        5.0
    """
    parts = []
    for p in parameters:
        w = np.asarray(to_cpu(p.data), dtype=float)
        d = rng.standard_normal(w.shape)
        axes = tuple(range(w.ndim)) if w.ndim < 2 else (0,) if w.ndim == 2 else tuple(range(1, w.ndim))
        lengths = [np.sqrt(np.sum(a * a, axis=axes, keepdims=True)) for a in (w, d)]
        parts.append((d * lengths[0] / lengths[1]).ravel())
    if not parts:
        raise ValueError("There are no parameters, so there is no direction.")
    return np.concatenate(parts)


def plane(loss: Loss, origin: Any, one: Any, other: Any) -> Loss:
    """The loss on a plane: (a, b) ↦ loss(origin + a · one + b · other), to be given to `loss_contour`.

    Raises:
        ValueError: arrays of different shapes.

    Example:
        >>> import numpy as np
        >>> f = plane(lambda w: np.sum(w ** 2), np.zeros(3), np.array([1.0, 0, 0]), np.array([0, 2.0, 0]))
        >>> float(f((3.0, 1.0)))
        13.0
    """
    base, u, v = (np.asarray(to_cpu(plain(a)), dtype=float) for a in (origin, one, other))
    if not base.shape == u.shape == v.shape:
        raise ValueError(
            f"The origin and both directions need one shape; they have {base.shape}, {u.shape} and {v.shape}."
        )
    return lambda w: loss(base + w[0] * u + w[1] * v)


def optimizer_paths(
    loss: Loss, start: Any, optimizers: Mapping[str, Callable[[list], Any]], steps: int = 50
) -> dict[str, np.ndarray]:
    """Where each optimizer goes from the same start: the points before, between and after its steps.

    Args:
        loss: a function of a Tensor of the start's shape, in NumPy: lambda w: w[0] ** 2 + 10 * w[1] ** 2.
        start: numbers, of shape (n,).
        optimizers: by name, functions that make one for a list of parameters.
        steps: how many.

    Returns:
        By name, points of shape (steps + 1, n). An optimizer that leaves for infinity leaves NaN behind.

    Raises:
        TypeError: an optimizer that is none; a loss that is no single number.
        ValueError: fewer steps than one.

    Example:
        >>> import minigrad as mg
        >>> rivals = {"GD": lambda p: mg.optim.SGD(p, lr=0.5)}
        >>> paths = optimizer_paths(lambda w: (w * w).sum(), [1.0, 2.0], rivals, steps=2)
        >>> paths["GD"].tolist()
        [[1.0, 2.0], [0.0, 0.0], [0.0, 0.0]]
    """
    if steps < 1:
        raise ValueError(f"steps={steps}: a path has at least one.")
    first, paths = numbers(start, "start", "(n,)"), {}
    for name, make in columns(optimizers, "optimizers", '{"SGD": lambda p: mg.optim.SGD(p, lr=0.1)}').items():
        w = mg.Parameter(first.copy(), name="w")
        optimizer: Any = make([w]) if callable(make) else None
        if not hasattr(optimizer, "step"):
            raise TypeError(
                f"optimizers[{name!r}] is a function that makes an optimizer for a list of parameters, "
                f"lambda p: mg.optim.SGD(p, lr=0.1); it gave {shown(optimizer)}."
            )
        points = np.full((steps + 1, first.size), np.nan)
        points[0] = first
        with np.errstate(over="ignore", invalid="ignore"):
            for k in range(steps):
                optimizer.zero_grad()
                loss(w).backward()
                optimizer.step()
                points[k + 1] = w.data
                if not np.isfinite(w.data).all():
                    break
        paths[name] = points
    return paths


def number_of(value: Any, what: str = "A loss is") -> float:
    """The one number that a loss is.

    Raises:
        TypeError: it is none, or several.
    """
    array = np.asarray(to_cpu(plain(value)))
    if array.size != 1 or array.dtype.kind not in "biuf":
        raise TypeError(f"{what} one real number; this one is {shown(value)}.")
    return float(array.reshape(()))


def on_grid(loss: Loss, xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
    """The loss at every point of a grid, shape (len(ys), len(xs))."""
    with mg.no_grad(), np.errstate(all="ignore"):
        return np.array([[number_of(loss(np.array([x, y]))) for x in xs] for y in ys])
