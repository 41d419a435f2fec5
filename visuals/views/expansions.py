"""How a function of arrays is made of functions of numbers: what `micrograd` would draw of it.

With this module, one can
- take a call apart:     entries = expanded(fun, args, kwargs), or None where nobody knows how

An array of numbers is here an array of objects: each entry is a Tensor of one number, or a constant. NumPy then does
most of the work, for `a @ b` of such arrays multiplies and adds their entries, one by one, and the graph records it.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad.node import function_name
from minigrad.vjps import lookup
from visuals.views.sliding import SLIDING

Entries = np.ndarray  # of dtype object

# What only moves entries, copies them, or leaves some out: no node, only lines that lead elsewhere.
WIRING = {
    "reshape", "transpose", "matrix_transpose", "swapaxes", "moveaxis", "rollaxis", "ravel", "squeeze", "expand_dims",
    "broadcast_to", "getitem", "take", "take_along_axis", "compress", "extract", "flip", "fliplr", "flipud", "roll",
    "rot90", "diagonal", "diag", "diagflat", "tile", "repeat", "resize", "copy", "atleast_1d", "atleast_2d",
    "atleast_3d", "concatenate", "stack", "hstack", "vstack", "dstack", "column_stack", "append", "tril", "triu",
    "delete", "block", "unstack",
}  # fmt: skip
# What NumPy computes with + and × alone, also on objects.
PRODUCTS = {
    "matmul", "dot", "inner", "outer", "vecdot", "matvec", "vecmat", "tensordot", "einsum", "sum", "prod", "cumsum",
    "cumprod", "trace", "kron", "convolve", "correlate",
}  # fmt: skip


def expanded(fun: Callable, args: list[Any], kwargs: dict[str, Any], shape: tuple) -> Entries | None:
    """The entries of fun(*args, **kwargs), or None if the call cannot be taken apart.

    Args:
        args: arrays of entries where the call had Tensors, and constants as they were.
        shape: that of the result.

    Example:
        >>> import minigrad as mg
        >>> x = np.empty(2, object)
        >>> x[0], x[1] = (mg.tensor(number, requires_grad=True) for number in (2.0, 3.0))
        >>> expanded(np.sum, [x], {}, ()).item()
        tensor(5., from add)
    """
    name = function_name(fun)
    if name in WIRING:
        return rewired(fun, args, kwargs)
    if name in FORMULAS:
        options = {**dict(zip(lookup(fun).parameters, args, strict=False)), **kwargs}
        found = FORMULAS[name](**options) if options.keys() <= KNOWN[name] else None
        return None if found is None else as_entries(found, shape)
    if name in PRODUCTS:
        return as_entries(lookup(fun).call(args, kwargs), shape)
    if lookup(fun).elementwise:
        return entry_by_entry(fun, args, kwargs)
    return None


def as_entries(found: Any, shape: tuple) -> Entries:
    """One number, or an array of them, as an array of entries."""
    if isinstance(found, np.ndarray) and found.dtype == object and found.shape == shape:
        return found
    return lone(found).reshape(shape)


def entry_by_entry(fun: Callable, args: list[Any], kwargs: dict[str, Any]) -> Entries:
    """An elementwise function: applied to the entries that stand at the same place, after broadcasting."""
    given = [arg if isinstance(arg, np.ndarray) else lone(arg) for arg in args]
    arrays = np.broadcast_arrays(*[array.astype(object) for array in given])
    entries = np.empty(arrays[0].shape, object)
    for place in np.ndindex(entries.shape):
        entries[place] = fun(*[array[place] for array in arrays], **kwargs)
    return entries


def lone(value: Any) -> Entries:
    """One object as an array without axes."""
    array = np.empty((), object)
    array[()] = value
    return array


def rewired(fun: Callable, args: list[Any], kwargs: dict[str, Any]) -> Entries | None:
    """The same function on the numbers of the entries tells where each of them goes; 0 is a 0 that came in."""
    everything: list[Any] = [0.0]
    numbered = []
    for arg in args:
        if isinstance(arg, np.ndarray) and arg.dtype == object:
            numbers = np.arange(len(everything), len(everything) + arg.size).reshape(arg.shape)
            everything += list(arg.flat)
            numbered.append(numbers)
        else:
            numbered.append(arg)
    found = np.asarray(lookup(fun).call(numbered, kwargs))
    if found.dtype.kind not in "iu":
        return None
    entries = np.empty(found.shape, object)
    for place in np.ndindex(found.shape):
        entries[place] = everything[found[place]]
    return entries


def along(x: Entries, axis: Any, keepdims: bool) -> tuple[Entries, tuple]:
    """The entries with what is to be reduced on one last axis, and the shape of the result."""
    axes = tuple(range(x.ndim)) if axis is None else tuple(np.atleast_1d(axis) % x.ndim)
    kept = [k for k in range(x.ndim) if k not in axes]
    rows = x.transpose(*kept, *axes).reshape(*[x.shape[k] for k in kept], -1)
    shape = tuple(1 if k in axes else n for k, n in enumerate(x.shape) if keepdims or k not in axes)
    return rows, shape


def mapped(fun: Callable, x: Entries) -> Entries:
    """A function of one number, of each entry."""
    return entry_by_entry(fun, [x], {})


def total(x: Entries, axis: Any = None, keepdims: bool = False) -> Entries:
    """The sums along an axis."""
    rows, shape = along(x, axis, keepdims)
    return folded(operator.add, rows).reshape(shape)


def folded(two: Callable, rows: Entries) -> Entries:
    """Each row as one entry: two(two(a, b), c) …"""
    entries = np.empty(rows.shape[:-1], object)
    for place in np.ndindex(entries.shape):
        entries[place] = functools.reduce(two, rows[place])
    return entries


def mean(a: Entries, axis: Any = None, keepdims: bool = False) -> Entries:
    """Σ a / n"""
    return total(a, axis, keepdims is True) / along(a, axis, True)[0].shape[-1]


def extreme(two: Callable) -> Callable:
    """The largest or smallest entry along an axis."""

    def formula(a: Entries, axis: Any = None, keepdims: bool = False) -> Entries:
        rows, shape = along(a, axis, keepdims is True)
        return folded(two, rows).reshape(shape)

    return formula


def softmax(x: Entries, axis: int = -1) -> Entries:
    """eˣ / Σ eˣ"""
    e = mapped(np.exp, x)
    return e / total(e, axis, True)


def log_softmax(x: Entries, axis: int = -1) -> Entries:
    """x − ln Σ eˣ"""
    return x - logsumexp(x, axis, True)


def logsumexp(x: Entries, axis: Any = None, keepdims: bool = False) -> Entries:
    """ln Σ eˣ"""
    return mapped(np.log, total(mapped(np.exp, x), axis, keepdims))


def cross_entropy(x: Entries, target: Any, reduction: str = "mean") -> Any:
    """ln Σ eˣ − x[target] of each sample, and their mean"""
    if x.ndim > 2 or reduction not in ("mean", "sum"):
        return None
    rows, classes = x.reshape(-1, x.shape[-1]), np.ravel(target)
    losses = logsumexp(rows, 1) - rows[np.arange(len(rows)), classes.astype(int)]
    loss = functools.reduce(operator.add, losses)
    return loss / len(losses) if reduction == "mean" and len(losses) > 1 else loss


def mse_loss(x: Entries, target: Any, reduction: str = "mean") -> Any:
    """(x − target)² of each entry, and their mean"""
    squares = mapped(np.square, x - target)
    if reduction == "none":
        return squares
    loss = functools.reduce(operator.add, squares.flat)
    return loss / x.size if reduction == "mean" and x.size > 1 else loss


def norm(x: Entries, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """√Σx²"""
    if ord not in (None, 2, "fro") or (ord == 2 and x.ndim > 1 and not isinstance(axis, int)):
        return None
    return mapped(np.sqrt, total(mapped(np.square, x), axis, keepdims))


def variance(a: Entries, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Entries:
    """Σ(a − mean)² / n"""
    n = along(a, axis, True)[0].shape[-1]
    away = a - total(a, axis, True) / n
    return total(mapped(np.square, away), axis, keepdims is True) / (n - ddof)


def deviation(a: Entries, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Entries:
    """√variance"""
    return mapped(np.sqrt, variance(a, axis, ddof, keepdims))


FORMULAS: dict[str, Callable] = {
    "softmax": softmax, "log_softmax": log_softmax, "logsumexp": logsumexp, "cross_entropy": cross_entropy,
    "mse_loss": mse_loss, "mean": mean, "norm": norm, "vector_norm": norm, "var": variance, "std": deviation,
    "max": extreme(np.maximum), "amax": extreme(np.maximum), "min": extreme(np.minimum), "amin": extreme(np.minimum),
    **SLIDING,
}  # fmt: skip
# The options that each formula understands; with others, the call stays one box.
KNOWN = {
    name: set(formula.__code__.co_varnames[: formula.__code__.co_argcount])
    for name, formula in FORMULAS.items()
}
