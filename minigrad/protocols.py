"""How NumPy's own functions reach the engine: `np.tanh(x)` and `np.sum(x, axis=0)` on Tensors.

NumPy asks an argument that is no array for `__array_ufunc__` (elementwise functions) or `__array_function__`
(all others). Both answers are the same: a function with a rule is recorded; one that has no derivative
worth having (argmax, floor, comparisons, shapes) is run on the plain values; any other is refused if a
gradient would be lost, and run on the plain values if not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import device as devices
from minigrad import refuse
from minigrad.elsewhere import refusal
from minigrad.errors import NoRuleError
from minigrad.modes import state
from minigrad.primitive import Primitive
from minigrad.record import Traced, apply, flat, rebuilt
from minigrad.signatures import signature
from minigrad.unrolled import UNROLLED
from minigrad.vjps import RESPELLED, no_rule_message, rulebook

# Piecewise constant (the gradient is zero wherever it exists), or not about values at all.
NOT_DIFFERENTIABLE: set[Callable] = {
    np.sign, np.floor, np.ceil, np.rint, np.trunc, np.isnan, np.isinf, np.isfinite, np.signbit,
    np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal,
    np.logical_and, np.logical_or, np.logical_not, np.logical_xor, np.floor_divide,
    np.argmax, np.argmin, np.argsort, np.argwhere, np.nonzero, np.searchsorted, np.count_nonzero,
    np.all, np.any, np.allclose, np.isclose, np.array_equal, np.array_equiv, np.round,
    np.shape, np.ndim, np.size, np.zeros_like, np.ones_like, np.empty_like,
    np.result_type, np.array2string, np.array_repr, np.array_str, np.may_share_memory, np.shares_memory,
    np.heaviside, np.spacing, np.fix, np.around, np.argpartition, np.nanargmax, np.nanargmin, np.lexsort, np.digitize,
    np.flatnonzero, np.isin, np.isreal, np.iscomplex, np.isposinf, np.isneginf, np.tril_indices_from,
    np.triu_indices_from, np.diag_indices_from, np.unravel_index, np.ravel_multi_index, np.common_type,
    np.min_scalar_type, np.can_cast, np.ix_,
    np.iscomplexobj, np.isrealobj, np.linalg.matrix_rank, np.einsum_path,
}  # fmt: skip


# Of these, the functions of an array's values that give an array: a captured graph computes them again.
CAPTURED: set[Callable] = {np.argmax, np.argmin, np.argsort, np.round, np.isclose, np.searchsorted}

# These are handed a Tensor by `like=`, which says where the new array is to be, and is not among their arguments.
CREATING: set[Callable] = {
    np.array, np.asarray, np.zeros, np.ones, np.empty, np.full, np.arange, np.eye, np.identity, np.tri,
}  # fmt: skip

# These write into their first argument.
IN_PLACE: set[Callable] = {np.fill_diagonal, np.put, np.put_along_axis, np.place, np.putmask, np.copyto}


def array_ufunc(self: Any, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
    """NumPy calls this for elementwise functions of a Tensor."""
    if method == "__call__" and not kwargs and (unrolled := UNROLLED[ufunc]):  # nearly always
        return unrolled(*inputs)
    if kwargs.get("out") is not None:
        if wants_gradient(inputs) or any(isinstance(out, Traced) for out in kwargs["out"]):
            raise refuse.out(ufunc.__name__)
        # `w.data -= lr * w.grad`: static values into the user's own array
        return getattr(ufunc, method)(*plain_values(inputs), **plain_values(kwargs))
    inputs = tuple(np.asarray(value) if isinstance(value, (list, tuple)) else value for value in inputs)
    if ufunc is np.sign and self.dtype.kind == "c" and self.requires_grad:
        raise NoRuleError(
            "The sign of a complex number turns with it, so it has a derivative: write z / np.abs(z)."
        )
    if ufunc in NOT_DIFFERENTIABLE and state.capturing and wants_gradient(inputs) and not kwargs:
        return flat(ufunc, inputs)
    if not wants_gradient(inputs) or ufunc in NOT_DIFFERENTIABLE:
        return static(self, ufunc, getattr(ufunc, method), inputs, kwargs)
    if method != "__call__":
        raise refuse.method(ufunc.__name__, method)
    if kwargs:
        raise refuse.option(ufunc.__name__, next(iter(kwargs)))
    if ufunc not in rulebook:
        raise NoRuleError(no_rule_message(ufunc))
    return apply(ufunc, inputs)


def array_function(self: Any, fun: Callable, types: Any, args: tuple, kwargs: dict) -> Any:
    """NumPy calls this for its other functions when a Tensor is among the arguments."""
    if fun in rulebook and rulebook[fun].simple(args, kwargs):  # nearly always
        return apply(fun, args, kwargs)
    if fun in CAPTURED and state.capturing and wants_gradient(args):
        return flat(fun, args, kwargs)
    if fun in CREATING:
        like = None if isinstance(self._data, np.generic) else self._data
        return self.wrap(fun(*plain_values(args), **plain_values(kwargs), like=like))
    if fun in RESPELLED:
        return RESPELLED[fun](*args, **kwargs)
    if fun in NOT_DIFFERENTIABLE or not wants_gradient((args, kwargs)):
        return static(self, fun, fun, args, kwargs)
    if fun in IN_PLACE:
        raise refuse.assignment(next(value for value in args if isinstance(value, Traced)))
    primitive = rulebook.get(fun)
    if primitive is None:
        raise NoRuleError(no_rule_message(fun))
    if kwargs.get("out") is not None:
        raise refuse.out(fun.__name__)
    if ignored := primitive.ignored(args, kwargs):
        raise refuse.option(fun.__name__, ignored)
    if primitive.sequence:
        options = dict(zip(list(primitive.parameters)[1:], args[1:], strict=False))
        return apply(fun, tuple(args[0]), {**options, **kwargs})
    if any(isinstance(value, Traced) for value in kwargs.values()):
        args, kwargs = positional(primitive, args, kwargs)
    return apply(fun, args, kwargs)


def positional(primitive: Primitive, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
    """Move Tensors given by keyword to their positions, where rules and graph look for them."""
    names, defaults = list(primitive.parameters), given_defaults(primitive)
    kwargs = {name: v if wants_gradient(v) else plain_values(v) for name, v in kwargs.items()}
    places = {
        name: names.index(name) if name in names else -1 for name, v in kwargs.items() if wants_gradient(v)
    }
    for name, k in places.items():
        differentiable = getattr(kwargs[name], "dtype", np.dtype(float)).kind in "fc"
        if k < 0 or (differentiable and k >= len(primitive.rules)):
            raise refuse.option(primitive.fun.__name__, name)
    moved = names[len(args) : max(places.values(), default=-1) + 1]
    rest = {name: value for name, value in kwargs.items() if name not in moved}
    return (*args, *(kwargs.get(name, defaults[name]) for name in moved)), rest


def given_defaults(primitive: Primitive) -> dict[str, Any]:
    """What NumPy itself takes for an argument that is not given."""
    try:
        return {p.name: p.default for p in signature(primitive.fun).parameters.values()}
    except ValueError:  # a function in C
        return primitive.parameters


def wants_gradient(value: Any) -> bool:
    """Whether a Tensor that wants a gradient is anywhere inside."""
    if isinstance(value, Traced):
        return value._requires_grad is True
    if isinstance(value, dict):
        return any(map(wants_gradient, value.values()))
    return isinstance(value, (list, tuple)) and any(map(wants_gradient, value))


def plain_values(value: Any) -> Any:
    """The same arguments with arrays in place of Tensors."""
    if isinstance(value, Traced):
        return value._data
    if isinstance(value, dict):
        return {key: plain_values(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(plain_values(item) for item in value)
    return value


def static(tensor: Any, fun: Callable, call: Callable, args: tuple, kwargs: dict) -> Any:
    """The function on the plain values."""
    try:
        return wrapped(tensor, call(*plain_values(args), **plain_values(kwargs)))
    except Exception as error:
        if said := refusal(error, fun, [tensor._data]):
            raise said from None
        raise


def wrapped(tensor: Any, result: Any) -> Any:
    """Arrays become static Tensors; truth values, shapes and the like stay as they are."""
    if is_array(result):
        return tensor.wrap(result) if result.shape or result.dtype != bool else result
    if isinstance(result, tuple) and all(map(is_array, result)):
        return rebuilt(result, [tensor.wrap(item) for item in result])
    return result


def is_array(value: Any) -> bool:
    """Whether this is an array or a number of NumPy's or of CuPy's."""
    return isinstance(value, (np.ndarray, np.generic)) or devices.of(value) == "cuda"
