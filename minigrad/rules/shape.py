"""Shape rules: entries move, and their gradients move back.

Each function's transpose is a function with a rule too (getitem ↔ scatter, concatenate ↔ slices, split ↔ concatenate,
stack ↔ unstack, moving entries ↔ putting them back), so gradients of gradients need nothing more.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad.errors import NoRuleError
from minigrad.messages import unbroadcast
from minigrad.operators import plain
from minigrad.record import primitive
from minigrad.vjps import defvjp


@primitive
def getitem(x: Any, index: Any) -> Any:
    """x[index]: slices, integers, integer arrays and masks."""
    return x[index]


@primitive
def scatter(g: Any, index: Any, shape: tuple) -> Any:
    """Zeros of `shape`, with `g` added at `index`: the transpose of x[index]. Repeated indices add up."""
    x = np.zeros(shape, g.dtype, like=array_like(g))
    if is_basic(index):
        x[index] = g
    elif (isinstance(x, np.ndarray) and g.size < FEW) or is_places(index, g):
        np.add.at(x, index, g)
    else:
        add_up(np.reshape(x, -1), positions(shape, index, g), np.reshape(g, -1))
    return x


FEW = 100  # entries: for more, NumPy adds faster in one axis, even if the places have to be computed


def is_places(index: Any, g: Any) -> bool:
    """Whether an index is one array of integers: there, and only there, any kind of array can add real numbers."""
    return hasattr(index, "dtype") and index.dtype.kind in "iu" and g.dtype.kind == "f"


def positions(shape: tuple, index: Any, g: Any) -> Any:
    """Where each entry of x[index] stands among all entries of an x of this shape."""
    numbers = np.reshape(np.arange(math.prod(shape), like=array_like(g)), shape)
    return np.reshape(numbers[index], -1)


def add_up(x: Any, where: Any, g: Any) -> None:
    """x[where] += g for arrays of one axis, where the same place may come up several times."""
    if x.dtype.kind == "c":  # the real and the imaginary parts, side by side
        real = x.real.dtype
        x, g = np.reshape(x.view(real), (-1, 2)), np.reshape(g.copy().view(real), (-1, 2))
    np.add.at(x, where, g)


@primitive
def put_back(g: Any, shape: tuple, fun: str, how: Any, options: dict) -> Any:
    """The transpose of any NumPy function that only moves, drops and repeats entries, np.<fun>(x, how, **options).

    An array of `shape` whose entries are 0, 1, 2, … goes through `fun`; what comes out says where each result came
    from, and there its gradient is added.
    """
    size = math.prod(shape)
    numbers = np.reshape(np.arange(size, like=array_like(g)), shape)
    origin = getattr(np, fun)(numbers, how, **options)
    return np.reshape(scatter(np.reshape(g, -1), np.reshape(origin, -1), (size,)), shape)


def array_like(g: Any) -> Any:
    """What to pass as `like=` so that a new array is made where `g` lives (NumPy's numbers are no arrays)."""
    return None if isinstance(g, np.generic) else g


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


def along(axis: int, start: Any, stop: Any = None) -> tuple:
    """The index of a slice of one axis, which must not be negative: x[:, :, start:stop]."""
    return (slice(None),) * axis + (slice(start, stop),)


def reshaped(g: Any, shape: tuple, order: str) -> Any:
    """`g` in the shape it had, its entries read and written in the same order."""
    if order not in ("C", "F"):
        raise ValueError(
            f"order={order!r} follows how an array lies in memory, which its gradient need not share. Give "
            f'order="C" (rows first) or order="F" (columns first).'
        )
    return np.reshape(g, shape, order="F") if order == "F" else np.reshape(g, shape)


def rollaxis_rule(g: Any, axis: int, start: int) -> Any:
    """the axis, moved back"""
    axis, start = axis % g.ndim, start % g.ndim if start < 0 else start
    return np.moveaxis(g, start - (axis < start), axis)


def unrolled(g: Any, shift: Any, axis: Any) -> Any:
    """roll(g, -shift)"""
    shift = tuple(-int(s) for s in shift) if np.ndim(shift) else -int(shift)
    return np.roll(g, shift, axis=axis)


# Joining and splitting ------------------------------------------------------------------------------------


def piece(g: Any, i: int, shapes: list, axis: int) -> Any:
    """The slice of `g` that came from the i-th of the concatenated arrays."""
    axis %= g.ndim
    start = sum(shape[axis] for shape in shapes[:i])
    return g[along(axis, start, start + shapes[i][axis])]


def concatenate_rule(g: Any, i: int, shapes: list, axis: Any) -> Any:
    """the slice of g that came from it"""
    if axis is None:  # each was flattened first
        return np.reshape(piece(g, i, [(math.prod(shape),) for shape in shapes], 0), shapes[i])
    return piece(g, i, shapes, axis)


def append_rule(i: int) -> Callable:
    """The rule of np.append for `arr` (0) or `values` (1)."""

    def rule(g: Any, arr_shape: tuple, values_shape: tuple, axis: Any) -> Any:
        """the slice of g that came from it"""
        return concatenate_rule(g, i, [arr_shape, values_shape], axis)

    return rule


def stacked(ndim: int, axis: int) -> Callable:
    """The rule of vstack, hstack, dstack: arrays get at least `ndim` axes, and are joined along `axis`."""

    def rule(g: Any, i: int, shapes: list) -> Any:
        """the slice of g that came from it"""
        raised = [at_least(shape, ndim) for shape in shapes]
        return np.reshape(piece(g, i, raised, min(axis, len(raised[0]) - 1)), shapes[i])

    return rule


def at_least(shape: tuple, ndim: int) -> tuple:
    """The shape that np.atleast_1d, atleast_2d or atleast_3d gives."""
    before = {0: 1, 1: ndim > 1, 2: 0}.get(len(shape), 0)  # a row becomes (1, n), then (1, n, 1)
    shape = (1,) * before + shape
    return shape + (1,) * (ndim - len(shape))


def columns(g: Any, i: int, shapes: list) -> Any:
    """the columns of g that came from it"""
    raised = [shape if len(shape) > 1 else (*shape, *(1, 1)[len(shape) :]) for shape in shapes]
    return np.reshape(piece(g, i, raised, 1), shapes[i])


def meshgrid_rule(g: tuple, i: int, shapes: list, indexing: str) -> Any:
    """the sum of its grid over all other axes"""
    n = len(shapes)
    axis = {0: 1, 1: 0}.get(i, i) if indexing == "xy" and n > 1 else i
    return np.reshape(np.sum(g[i], axis=tuple(k for k in range(n) if k != axis)), shapes[i])


# Padding ------------------------------------------------------------------------------------------------------


def widths(pad_width: Any, ndim: int) -> list[tuple[int, int]]:
    """How many entries np.pad puts (before, after) each axis, from any of the forms it takes."""
    if isinstance(pad_width, dict):
        pairs = {axis % ndim: np.broadcast_to(pair, 2) for axis, pair in pad_width.items()}
        return [tuple(int(n) for n in pairs.get(k, (0, 0))) for k in range(ndim)]  # type: ignore[misc]
    return [(int(before), int(after)) for before, after in np.broadcast_to(plain(pad_width), (ndim, 2))]


def pad_rule(
    g: Any, array_shape: tuple, pad_width: Any, mode: Any, reflect_type: Any, stat_length: Any
) -> Any:
    """g without the padding, plus what the padding copied"""
    pad_width = widths(pad_width, len(array_shape))
    if mode in ("constant", "empty"):
        return g[
            tuple(slice(before, before + n) for (before, _), n in zip(pad_width, array_shape, strict=True))
        ]
    if mode in ("edge", "wrap") or (mode in ("reflect", "symmetric") and reflect_type == "even"):
        return put_back(g, array_shape, "pad", pad_width, {"mode": mode})
    if mode not in ("linear_ramp", "mean", "reflect", "symmetric"):
        raise NoRuleError(
            f"np.pad(…, mode={mode!r}) has no derivative rule. Pad with mode='mean', 'edge' or 'constant', or join "
            f"what you want to add with np.concatenate."
        )
    for k, (width, n) in enumerate(zip(pad_width, array_shape, strict=True)):
        options: dict = {"reflect_type": reflect_type} if mode in ("reflect", "symmetric") else {}
        if mode == "mean" and stat_length is not None:
            options["stat_length"] = (widths(stat_length, len(array_shape))[k], (1, 1))
        # These modes are linear in each column, so what they do to the unit vectors is their matrix.
        matrix = np.pad(np.eye(n), (width, (0, 0)), mode, **options)
        matrix = np.asarray(matrix, dtype=plain(g).dtype, like=plain(g))
        g = np.moveaxis(np.moveaxis(g, k, -1) @ matrix, -1, k)
    return g


# fmt: off
defvjp(getitem,           lambda g, x_shape, index: scatter(g, index, x_shape))
defvjp(scatter,           lambda g, index: getitem(g, index), harmless=("shape",))
defvjp(put_back,          lambda g, fun, how, options: getattr(np, fun)(g, how, **options), harmless=("shape",))
defvjp(cast,              lambda g: g, harmless=("dtype",))
if hasattr(np, "astype"):  # NumPy 2.1
    defvjp(np.astype,     lambda g: g, harmless=("dtype", "copy"))
defvjp(np.copy,           lambda g: g, harmless=("order", "subok"))

defvjp(np.reshape,        lambda g, a_shape, order: reshaped(g, a_shape, order),
       harmless=("shape", "newshape", "copy"), names={"a": None, "shape": None, "order": "C"})
defvjp(np.ravel,          lambda g, a_shape, order: reshaped(g, a_shape, order))
defvjp(np.expand_dims,    lambda g, a_shape: np.reshape(g, a_shape), harmless=("axis",))
defvjp(np.squeeze,        lambda g, a_shape: np.reshape(g, a_shape), harmless=("axis",))
for at_least_nd in (np.atleast_1d, np.atleast_2d, np.atleast_3d):
    defvjp(at_least_nd,   each=lambda g, i, shapes: np.reshape(g[i] if len(shapes) > 1 else g, shapes[i]))
defvjp(np.broadcast_to,   lambda g, array_shape: unbroadcast(g, array_shape), harmless=("shape", "subok"))
defvjp(np.broadcast_arrays, each=lambda g, i, shapes: unbroadcast(g[i], shapes[i]), harmless=("subok",))

defvjp(np.transpose,      lambda g, axes: np.transpose(g, inverse(axes, g.ndim)))
defvjp(np.matrix_transpose, lambda g: np.matrix_transpose(g))
defvjp(np.swapaxes,       lambda g, axis1, axis2: np.swapaxes(g, axis1, axis2))
defvjp(np.moveaxis,       lambda g, source, destination: np.moveaxis(g, destination, source))
defvjp(np.rollaxis,       rollaxis_rule)
defvjp(np.flip,           lambda g, axis: np.flip(g, axis))
defvjp(np.fliplr,         lambda g: np.fliplr(g))
defvjp(np.flipud,         lambda g: np.flipud(g))
defvjp(np.roll,           lambda g, shift, axis: unrolled(g, shift, axis))
defvjp(np.rot90,          lambda g, k, axes: np.rot90(g, -k, axes))

defvjp(np.concatenate,    each=concatenate_rule, sequence=True, names={"arrays": None, "axis": 0})
defvjp(np.stack,          each=lambda g, i, axis: g[(slice(None),) * (axis % g.ndim) + (i,)], sequence=True)
defvjp(np.vstack,         each=stacked(2, 0), sequence=True)
defvjp(np.hstack,         each=stacked(1, 1), sequence=True)
defvjp(np.dstack,         each=stacked(3, 2), sequence=True)
defvjp(np.column_stack,   each=columns, sequence=True)
defvjp(np.append,         append_rule(0),
                          append_rule(1))
defvjp(np.split,          lambda g, axis: np.concatenate(g, axis=axis), harmless=("indices_or_sections",))
defvjp(np.array_split,    lambda g, axis: np.concatenate(g, axis=axis), harmless=("indices_or_sections",))
defvjp(np.vsplit,         lambda g: np.concatenate(g, axis=0), harmless=("indices_or_sections",))
defvjp(np.hsplit,         lambda g, ary_shape: np.concatenate(g, axis=min(1, len(ary_shape) - 1)),
       harmless=("indices_or_sections",))
defvjp(np.dsplit,         lambda g: np.concatenate(g, axis=2), harmless=("indices_or_sections",))
if hasattr(np, "unstack"):  # NumPy 2.1
    defvjp(np.unstack,    lambda g, axis: np.stack(g, axis=axis))
MESH = {f"x{k}": None for k in range(32)}  # as many as NumPy has axes
defvjp(np.meshgrid,       each=meshgrid_rule, names={**MESH, "indexing": "xy"}, harmless=(*MESH, "copy", "sparse"))

defvjp(np.repeat,         lambda g, a_shape, repeats, axis:
                              put_back(g, a_shape, "repeat", repeats, {"axis": axis}))
defvjp(np.tile,           lambda g, A_shape, reps: put_back(g, A_shape, "tile", reps, {}))
defvjp(np.resize,         lambda g, a_shape, new_shape: put_back(g, a_shape, "resize", new_shape, {}))
defvjp(np.pad,            pad_rule, harmless=("constant_values", "end_values"),
       names={"array": None, "pad_width": None, "mode": "constant", "reflect_type": "even", "stat_length": None})
# fmt: on
