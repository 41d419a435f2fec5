"""How one call is written when memory for its result is there already.

With this module, one can
- ask:       takes_buffer(call); is_view(call); elementwise(call)
- write:     expression(call, name, "m3") == "add(t1, t2, m3)"

A ufunc and its `reduce` are what NumPy itself arrives at after reading options: for four numbers, `np.sum(x, axis=0)`
takes 2.5 times as long as `add.reduce(x, axis=0, out=m)`.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad.compiled.straightline import Value
from minigrad.device import transfer
from minigrad.node import function_name
from minigrad.program import subscript
from minigrad.record import pick
from minigrad.rules.shape import cast, getitem, is_basic
from minigrad.vjps import lookup

# The ufunc that a reduction repeats. The mean divides the sum.
REDUCTIONS = {
    np.sum: np.add, np.mean: np.add, np.prod: np.multiply,
    np.max: np.maximum, np.amax: np.maximum, np.min: np.minimum, np.amin: np.minimum,
}  # fmt: skip
# Other functions of NumPy that write where they are told to, with the option `out`.
WITH_OUT = {np.concatenate, np.stack, np.clip, np.cumsum, np.cumprod}
# A view of their argument, always; and those that copy if the entries do not lie in the right order.
VIEWS = {
    np.transpose, np.matrix_transpose, np.swapaxes, np.moveaxis, np.rollaxis, np.expand_dims, np.squeeze,
    np.broadcast_to, np.flip, np.fliplr, np.flipud, np.rot90, np.diagonal,
}  # fmt: skip
COPIES_AT_NEED = {np.reshape, np.ravel, np.atleast_1d, np.atleast_2d, np.atleast_3d}
# As methods of the array these take a quarter of the time.
METHODS = {np.transpose, np.swapaxes, np.reshape, np.ravel, np.squeeze}
# Functions of NumPy without `out` whose result is new memory. Of others it is assumed that it may be a view.
NEW = {
    np.where, np.take, np.take_along_axis, np.compress, np.sort, np.argsort, np.argmax, np.argmin, np.tensordot,
    np.dot, np.outer, np.inner, np.kron, np.cross, np.convolve, np.tile, np.repeat, np.roll, np.pad, np.var, np.std,
    np.triu, np.tril, np.linalg.norm, np.linalg.inv, np.linalg.solve, np.linalg.det, np.linalg.cholesky,
}  # fmt: skip
NUMBERS = (int, float, complex)
SIGNS = {
    np.add: "+", np.subtract: "-", np.multiply: "*", np.divide: "/", np.power: "**",
    np.less: "<", np.greater: ">", np.equal: "==",
}  # fmt: skip


def elementwise(call: Value) -> bool:
    """Whether the result may be written over an argument of its shape and dtype."""
    return isinstance(call.fun, np.ufunc) and call.fun.signature is None


def is_number(call: Value) -> bool:
    """Whether the result is a single number of NumPy's: it needs no memory, and is no view."""
    return call.shape == () and (isinstance(call.fun, np.ufunc) or call.fun in REDUCTIONS)


def is_view(call: Value) -> bool:
    """Whether the result is a view of the argument, wherever that lies."""
    return call.fun in VIEWS or (call.fun is getitem and is_basic(call.args[1]))


def may_be_view(call: Value) -> bool:
    """Whether the result is a view of an argument that lies in memory in the usual order."""
    return is_view(call) or call.fun in COPIES_AT_NEED


def makes_new(call: Value) -> bool:
    """Whether the result is said to lie in new memory: so do our own functions, but for picking and moving."""
    fun = call.fun
    if fun in (pick, transfer) or is_view(call):
        return False
    ours = (getattr(fun, "__module__", None) or "").startswith("minigrad.rules.")
    return ours or fun in NEW or isinstance(fun, np.ufunc)


def takes_buffer(call: Value) -> bool:
    """Whether we know how to write the result into memory that is given."""
    if not isinstance(call.shape, tuple) or call.shape == () or call.dtype.kind not in "biufc":
        return False
    if isinstance(call.fun, np.ufunc):
        return call.fun.nout == 1 and len(call.args) == call.fun.nin and not call.kwargs
    if call.fun in REDUCTIONS:
        return reduction(call) is not None
    return call.fun in WITH_OUT


def reduction(call: Value) -> tuple[Any, Any] | None:
    """(axis, keepdims) of a sum, mean, product, maximum or minimum of floating-point numbers without other options."""
    given = {**dict(zip(lookup(call.fun).parameters, call.args, strict=False)), **call.kwargs}
    given = {name: v for name, v in given.items() if v is not None and v is not np._NoValue}
    a = given.pop("a")
    axis, keepdims = given.pop("axis", None), given.pop("keepdims", False)
    usual = not given and isinstance(a, Value) and a.dtype == call.dtype and a.dtype.char in "fdFD"
    return (axis, bool(keepdims)) if usual and math.prod(a.shape) else None


def expression(call: Value, name: Callable[..., str], out: str = "") -> str:
    """The call as Python text.

    Args:
        call: what to write.
        name: gives the variable of a function, a Value or a constant; the second argument is what to call a function.
        out: the variable of the memory for the result; none if the call is to make its own.
    """
    fun, op = call.fun, function_name(call.fun)
    args = [name(a) for a in operands_as_arrays(call)]
    into = [f"out={out}"] if out else []
    if isinstance(fun, np.ufunc) and not call.kwargs:
        if call.shape == () and fun in SIGNS:  # numbers: an operator takes an eighth of the time of a ufunc
            return f"{args[0]} {SIGNS[fun]} {args[1]}"
        # A tenth less than with the word `out=`, for a few numbers; maximum and minimum warn without it.
        into = [out] if out and fun not in (np.maximum, np.minimum) else into
        return f"{name(fun, op)}({', '.join(args + into)})"
    if fun in REDUCTIONS and (how := reduction(call)):
        repeated = REDUCTIONS[fun]
        options = [f"axis={how[0]}", *into, *["keepdims=True"] * how[1]]
        total = f"{name(repeated, repeated.__name__)}.reduce({', '.join([args[0], *options])})"
        if fun is not np.mean:
            return total
        n = math.prod(call.args[0].shape) // math.prod(call.shape)
        return f"{name(np.divide, 'divide')}({total}, {n}, out={out})" if out else f"{total} / {n}"
    if fun in (getitem, pick):
        return f"{args[0]}[{subscript(call.args[1], lambda part: name(part))}]"
    if fun is cast:
        return f"{args[0]}.astype({args[1]})"
    if fun in METHODS and not call.kwargs:
        return f"{args[0]}.{op}({', '.join(args[1:])})"
    if lookup(fun).sequence:
        args = [f"[{', '.join(args)}]"]
    args += [f"{option}={name(value)}" for option, value in call.kwargs.items()]
    return f"{name(inspect.unwrap(fun), op)}({', '.join(args + into)})"


def operands_as_arrays(call: Value) -> list:
    """The arguments, with Python's numbers made into arrays of the dtype that the ufunc gives them each time.

    It saves a third of x * 0.9 where x is small.
    """
    args, fun = list(call.args), call.fun
    if isinstance(fun, np.ufunc) and call.shape != () and any(type(a) in NUMBERS for a in args):
        kinds = [type(a) if type(a) in NUMBERS else getattr(a, "dtype", None) for a in args]
        loop = fun.resolve_dtypes((*kinds, *[None] * fun.nout))
        args = [np.array(a, d) if type(a) in NUMBERS else a for a, d in zip(args, loop, strict=False)]
    return args
