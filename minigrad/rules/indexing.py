"""Indexing rules: what was picked sends its gradient back to where it was picked from; the rest gets 0.

Whatever is picked twice adds up. `x[index]` itself is in `shape.py` (getitem and its transpose, scatter).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minigrad.operators import plain
from minigrad.record import primitive
from minigrad.rules.elementwise import clip_between
from minigrad.rules.shape import getitem, put_back, scatter
from minigrad.vjps import RESPELLED, defvjp


def diag_rule(g: Any, v_shape: tuple, k: int) -> Any:
    """the diagonal of g, or g on the diagonal"""
    if len(v_shape) == 1:
        return np.diagonal(g, k)
    return put_back(g, v_shape, "diag", k, {})


def unusual(mode: str) -> dict[str, str]:
    """np.take's option, if it was given: CuPy's take has none, and wraps."""
    return {} if mode == "raise" else {"mode": mode}


def insert_arr(g: Any, arr_shape: tuple, obj: Any, values_shape: tuple, axis: Any) -> Any:
    """g without what was inserted"""
    new = np.insert(np.zeros(arr_shape, bool), plain(obj), np.ones(values_shape, bool), axis)
    return np.reshape(g[~new], arr_shape)


def insert_values(g: Any, arr_shape: tuple, obj: Any, values_shape: tuple, axis: Any) -> Any:
    """g where they were inserted"""
    size = math.prod(values_shape)
    numbers = np.reshape(np.arange(size), values_shape)
    origin = np.insert(np.full(arr_shape, -1), plain(obj), numbers, axis)
    return np.reshape(scatter(g[origin >= 0], origin[origin >= 0], (size,)), values_shape)


# Functions that take their arrays in a list, and masks with them -------------------------------------------------


@primitive
def choose(a: Any, *choices: Any, mode: Any) -> Any:
    """np.choose: entry by entry, from the choice that `a` numbers."""
    return np.choose(a, np.stack(np.broadcast_arrays(*choices)), mode=mode)


@primitive
def block(*arrays: Any, layout: Any) -> Any:
    """np.block: a matrix of matrices. The layout is the nested list, with numbers in place of the arrays."""
    return np.block(arranged(layout, arrays))


def arranged(layout: Any, arrays: Any) -> Any:
    """The nested list of a layout, filled."""
    return [arranged(part, arrays) for part in layout] if isinstance(layout, list) else arrays[layout]


def choose_rule(g: Any, i: int, shapes: list, args: list, mode: str) -> Any:
    """g where it was chosen"""
    a = args[0]
    n = len(shapes) - 1
    which = np.mod(a, n) if mode == "wrap" else np.clip(a, 0, n - 1)
    return None if i == 0 else g * (which == i - 1)


def block_rule(g: Any, i: int, shapes: list, layout: Any) -> Any:
    """the part of g that lies where it was put"""
    sizes = [math.prod(shape) for shape in shapes]
    ends = np.cumsum(sizes)
    numbers = [np.reshape(np.arange(end - n, end), s) for end, n, s in zip(ends, sizes, shapes, strict=True)]
    places = np.argsort(np.reshape(np.block(arranged(layout, numbers)), -1))  # where each number has gone
    return np.reshape(np.reshape(g, -1)[places[ends[i] - sizes[i] : ends[i]]], shapes[i])


def select_by_where(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """np.select is this chain of np.where: the first condition that holds decides."""
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        default = np.where(condition, choice, default)
    return default


def choose_flat(a: Any, choices: Any, out: None = None, mode: str = "raise") -> Any:
    """np.choose with its arrays one after the other."""
    return choose(a, *choices, mode=mode)


def block_flat(arrays: Any) -> Any:
    """np.block with its arrays one after the other."""
    flat: list = []

    def numbered(part: Any) -> Any:
        if isinstance(part, list):
            return [numbered(p) for p in part]
        flat.append(part)
        return len(flat) - 1

    layout = numbered(arrays)
    return block(*flat, layout=layout)


# How a call is recorded whose Tensors stand in nested lists or behind keywords: a node knows its arguments by position.
RESPELLED.update(
    {
        np.select: select_by_where,
        np.choose: choose_flat,
        np.block: block_flat,
        np.clip: clip_between,
    }
)


# fmt: off
defvjp(np.take,            lambda g, a_shape, indices, axis, mode:
                               put_back(g, a_shape, "take", indices, {"axis": axis, **unusual(mode)}),
       names={"a": None, "indices": None, "axis": None, "out": None, "mode": "raise"})
defvjp(np.take_along_axis, lambda g, arr_shape, indices, axis:
                               put_back(g, arr_shape, "take_along_axis", indices, {"axis": axis}))
defvjp(np.compress,        None,
                           lambda g, condition, a_shape, axis:
                               put_back(g, a_shape, "take", np.flatnonzero(condition), {"axis": axis}),
       names={"condition": None, "a": None, "axis": None})
defvjp(np.extract,         None,
                           lambda g, condition, arr_shape:
                               put_back(g, arr_shape, "take", np.flatnonzero(condition), {}))
defvjp(np.bincount,        None,
                           lambda g, x: getitem(g, plain(x)),
       names={"x": None, "weights": None, "minlength": 0}, harmless=("minlength",))
defvjp(np.delete,          lambda g, arr_shape, obj, axis: put_back(g, arr_shape, "delete", obj, {"axis": axis}))
defvjp(np.insert,          insert_arr,
                           None,
                           insert_values)

defvjp(np.diag,            diag_rule)
defvjp(np.diagflat,        lambda g, v_shape, k: np.reshape(np.diagonal(g, k), v_shape))
defvjp(np.diagonal,        lambda g, a_shape, offset, axis1, axis2:
                               put_back(g, a_shape, "diagonal", offset, {"axis1": axis1, "axis2": axis2}))
defvjp(np.tril,            lambda g, k: np.tril(g, k))
defvjp(np.triu,            lambda g, k: np.triu(g, k))

defvjp(choose,             each=choose_rule, elementwise=True)
defvjp(block,              each=block_rule)
# fmt: on
