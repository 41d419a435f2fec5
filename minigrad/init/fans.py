"""What all initialisations share: how many inputs and outputs a weight has, gains, and checks."""

from __future__ import annotations

import difflib
import math
from typing import Any

import numpy as np

Shape = int | tuple[int, ...]


def fans(shape: Shape) -> tuple[int, int]:
    """n_in and n_out: over how many terms one output sums, and into how many outputs one input goes.

    - Linear weights have the shape (n_in, n_out): x @ W.
    - Convolution kernels have the shape (out, in, k, …): n_in = in · k · …, n_out = out · k · …

    Raises:
        ValueError: fewer than two axes, or an empty one.

    Example:
        >>> fans((300, 100))
        (300, 100)
        >>> fans((16, 6, 5, 5))
        (150, 400)
    """
    sizes = sizes_of(shape)
    if len(sizes) < 2:
        raise ValueError(
            f"A weight of shape {sizes} has no inputs and outputs to scale it by; a bias starts with "
            f"zeros(shape). Linear weights have the shape (n_in, n_out), kernels (out, in, k, …)."
        )
    if 0 in sizes:
        raise ValueError(f"A weight of shape {sizes} has no entries; which size is 0 by mistake?")
    if len(sizes) == 2:
        return sizes[0], sizes[1]
    window = math.prod(sizes[2:])
    return sizes[1] * window, sizes[0] * window


def sizes_of(shape: Shape) -> tuple[int, ...]:
    """The shape as a tuple of whole numbers."""
    try:
        sizes = tuple(int(n) if n == int(n) else -1 for n in np.atleast_1d(shape).tolist())
    except (TypeError, ValueError):
        sizes = (-1,)
    if any(n < 0 for n in sizes):
        raise ValueError(f"A shape is a tuple of whole numbers, such as (300, 100); this is {shape!r}.")
    return sizes


def generator(rng: Any) -> np.random.Generator:
    """The generator itself; an error for a seed or anything else.

    Raises:
        TypeError: not a numpy.random.Generator.
    """
    if not isinstance(rng, np.random.Generator):
        seed = rng if isinstance(rng, int) else 0
        raise TypeError(
            f"rng must be a numpy.random.Generator, so that one seed gives one sequence for all layers; "
            f"this is {type(rng).__name__}. Write rng = np.random.default_rng({seed}) once, and pass it on."
        )
    return rng


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor that makes up for what an activation does to the size of its signal, as in PyTorch.

    | activation | gain |
    |---|---|
    | linear, conv1d, conv2d, conv3d, sigmoid | 1 |
    | tanh | 5/3 |
    | relu | √2: half of the energy is cut off |
    | leaky_relu | √(2 / (1 + slope²)), slope 0.01 by default |
    | selu | 3/4 |

    Args:
        nonlinearity: a name from the table.
        param: the slope of leaky_relu.

    Raises:
        ValueError: a name that is not in the table, or a param for another activation.

    Example:
        >>> round(calculate_gain("relu"), 4), round(calculate_gain("leaky_relu", 0.2), 4)
        (1.4142, 1.3868)
    """
    gains = dict.fromkeys(("linear", "conv1d", "conv2d", "conv3d", "sigmoid"), 1.0)
    slope = 0.01 if param is None else param
    gains |= {
        "tanh": 5 / 3,
        "relu": math.sqrt(2),
        "leaky_relu": math.sqrt(2 / (1 + slope**2)),
        "selu": 3 / 4,
    }
    if nonlinearity not in gains:
        near = difflib.get_close_matches(str(nonlinearity), gains, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"There is no gain for {nonlinearity!r}; there is for {', '.join(gains)}.{hint}")
    if param is not None and nonlinearity != "leaky_relu":
        raise ValueError(f"Only leaky_relu has a parameter, its slope; {nonlinearity} got {param}.")
    return gains[nonlinearity]
