"""Shape and indexing rules: entries move, and their gradients move back.

Each function's transpose is a function with a rule too (getitem ↔ scatter, concatenate ↔ slices, stack ↔
indexing), so gradients of gradients need nothing more.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.backprop import unbroadcast
from minigrad.record import primitive
from minigrad.vjps import defvjp


@primitive
def getitem(x: Any, index: Any) -> Any:
    """x[index]: slices, integers, integer arrays and masks."""
    return x[index]


@primitive
def scatter(g: Any, index: Any, shape: tuple) -> Any:
    """Zeros of `shape`, with `g` added at `index`: the transpose of x[index]. Repeated indices add up."""
    x = np.zeros(
        shape, g.dtype, like=g if isinstance(g, np.ndarray) or not isinstance(g, np.generic) else None
    )
    if is_basic(index):
        x[index] = g
    else:
        np.add.at(x, index, g)
    return x


@primitive
def cast(x: Any, dtype: Any) -> Any:
    """The same numbers in another floating-point type."""
    return x.astype(dtype)


def is_basic(index: Any) -> bool:
    """Whether an index picks every entry at most once: integers, slices, None and … only."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(part is None or part is ... or isinstance(part, (int, slice, np.integer)) for part in parts)


def inverse(axes: Any, ndim: int) -> Any:
    """The permutation that undoes `axes`."""
    return None if axes is None else tuple(int(k) for k in np.argsort([axis % ndim for axis in axes]))


def piece(g: Any, i: int, shapes: list, axis: int) -> Any:
    """The slice of `g` that came from the i-th of the concatenated arrays."""
    start = sum(shape[axis] for shape in shapes[:i])
    return g[(slice(None),) * (axis % g.ndim) + (slice(start, start + shapes[i][axis]),)]


# fmt: off
defvjp(getitem,           lambda g, x_shape, index: scatter(g, index, x_shape))
defvjp(scatter,           lambda g, index: getitem(g, index), harmless=("shape",))
defvjp(cast,              lambda g: g, harmless=("dtype",))

defvjp(np.reshape,        lambda g, a_shape: np.reshape(g, a_shape), harmless=("shape", "newshape"))
defvjp(np.ravel,          lambda g, a_shape: np.reshape(g, a_shape))
defvjp(np.expand_dims,    lambda g, a_shape: np.reshape(g, a_shape), harmless=("axis",))
defvjp(np.squeeze,        lambda g, a_shape: np.reshape(g, a_shape), harmless=("axis",))
defvjp(np.transpose,      lambda g, axes: np.transpose(g, inverse(axes, g.ndim)))
defvjp(np.swapaxes,       lambda g, axis1, axis2: np.swapaxes(g, axis1, axis2))
defvjp(np.moveaxis,       lambda g, source, destination: np.moveaxis(g, destination, source))
defvjp(np.broadcast_to,   lambda g, array_shape: unbroadcast(g, array_shape), harmless=("shape",))

defvjp(np.concatenate,    each=lambda g, i, shapes, axis: piece(g, i, shapes, axis),
       sequence=True, names={"arrays": None, "axis": 0})
defvjp(np.stack,          each=lambda g, i, axis: g[(slice(None),) * (axis % g.ndim) + (i,)], sequence=True)
# fmt: on
