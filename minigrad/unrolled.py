"""Calls of one or two arguments, unrolled: the operators, and NumPy's elementwise functions.

With this module, one can
- make an operator:     __mul__ = binary(np.multiply)
- find one:             UNROLLED[np.tanh](x)

`record.apply` does the same for every function. Here its loops are written out, and Node and Tensor are filled in
without a call of their constructors. In a graph of small arrays, where the engine's own work is what one waits for,
this makes the forward pass twice as fast.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import record
from minigrad.explain import explain
from minigrad.modes import blocks, state
from minigrad.node import FORGOTTEN, NO_NOTES, Node, function_name, tick
from minigrad.primitive import Table
from minigrad.record import NOTHING, Traced, annotate
from minigrad.vjps import rulebook

new = object.__new__


def unary(fun: Callable, doc: str | None = None) -> Any:
    """The recorded form of a function of one Tensor."""

    def call(x: Any) -> Any:
        primitive = rulebook[fun]
        a = x._data
        try:
            out = fun(a)
        except Exception as error:
            raise explain(error, fun, (x,), [a]) from None
        result = new(record.TENSOR)
        result._data = out
        result.notes = NO_NOTES
        if not x._requires_grad or (blocks.open and not state.recording):
            result._node = result._requires_grad = None
            return result
        keep_a, keep_out = primitive.one
        result._node = node = new(Node)
        result._requires_grad = True
        parent = x._node or x
        node.fun = fun
        node.args = (a if keep_a or parent is x else FORGOTTEN,)
        node.kwargs = NOTHING
        node.parents = (parent,)
        node.out = out if keep_out else FORGOTTEN
        node.shape = out.shape
        node.dtype = out.dtype
        node.order = tick()
        node.notes = NO_NOTES
        if not primitive.builtin or (blocks.open and state.anomaly):
            annotate(node)
        return result

    call.__name__, call.__doc__ = function_name(fun), doc
    return call


def binary(fun: Callable) -> Any:
    """The recorded form of a function of two arguments, at least one of them a Tensor."""

    def call(x: Any, y: Any) -> Any:
        primitive = rulebook[fun]
        if isinstance(x, Traced):
            a, x_from, x_wants = x._data, x._node or x, x._requires_grad
        else:
            a, x_from, x_wants = plain_operand(x, y), None, False
        if isinstance(y, Traced):
            b, y_from, y_wants = y._data, y._node or y, y._requires_grad
        else:
            b, y_from, y_wants = plain_operand(y, x), None, False
        try:
            out = primitive.run(a, b)
        except Exception as error:
            raise explain(error, fun, (x, y), [a, b]) from None
        result = new(record.TENSOR)
        result._data = out
        result.notes = NO_NOTES
        if not (x_wants or y_wants) or (blocks.open and not state.recording):
            result._node = result._requires_grad = None
            return result
        keep_a, keep_b, keep_out = primitive.both if x_wants and y_wants else primitive.keep[x_wants, y_wants]
        result._node = node = new(Node)
        result._requires_grad = True
        node.fun = fun
        node.args = (
            a if keep_a or type(x_from) is not Node else FORGOTTEN,
            b if keep_b or type(y_from) is not Node else FORGOTTEN,
        )
        node.kwargs = NOTHING
        node.parents = (x_from, y_from)
        node.out = out if keep_out else FORGOTTEN
        node.shape = out.shape
        node.dtype = out.dtype
        node.order = tick()
        node.notes = NO_NOTES
        if not primitive.builtin or (blocks.open and state.anomaly):
            annotate(node)
        return result

    return call


def plain_operand(value: Any, beside: Any) -> Any:
    """What stands beside a Tensor: numbers and arrays as they are, lists as arrays."""
    if isinstance(value, (list, tuple)):
        return np.asarray(value, like=None if isinstance(beside._data, np.generic) else beside._data)
    if type(value) is complex and beside.dtype == np.float64:
        return np.complex128(value)  # Python's own complex would multiply a np.float64 to one of its own kind
    return value


def unrolled(fun: np.ufunc) -> Callable | None:
    """The recorded form of a ufunc that has rules, one result, and one or two arguments."""
    if fun not in rulebook or fun.nout > 1 or fun.nin > 2:
        return None
    return unary(fun) if fun.nin == 1 else binary(fun)


UNROLLED = Table(unrolled)
