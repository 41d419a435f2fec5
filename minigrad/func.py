"""Derivatives of plain functions: from f to f′, as functions of the same arguments.

With this module, one can
- differentiate:          grad(f)(x), value_and_grad(f)(x)
- use the two products:   vjp(f, x) -> (f(x), u ↦ Jᵀu),  jvp(f, (x,), (v,)) -> (f(x), Jv)
- build whole matrices:   jacobian(f)(x), hessian(f)(x); or only multiply: hvp(f, (x,), (v,))

Arguments may be numbers, arrays, Tensors, or nested lists, tuples and dicts of them. Arrays in, arrays out;
Tensors in, Tensors out. Everything nests: `grad(grad(f))` is the second derivative, because the gradient is
computed by the same recorded operations as the function.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minigrad import gradients, tree
from minigrad.calls import Call, as_tensor, name, same_shapes
from minigrad.modes import enable_grad
from minigrad.record import Traced
from minigrad.tensor import Tensor


def grad(fun: Callable, argnums: int | Sequence[int] = 0) -> Callable:
    """The gradient of `fun`, as a function of the same arguments.

    Args:
        fun: a function whose value is one number.
        argnums: by which argument(s) to differentiate; the default is the first.

    Returns:
        A function that gives ∂fun/∂argument, nested as the argument is; a tuple for several arguments.

    Raises:
        TypeError: the value of `fun` is no single number.
        ValueError: there is no such argument.

    Example:
        >>> import numpy as np
        >>> grad(lambda x: np.sum(x ** 3))(np.array([1.0, 2.0]))
        array([ 3., 12.])
        >>> round(float(grad(grad(np.sin))(1.0)), 4)      # -sin 1
        -0.8415
    """
    both = value_and_grad(fun, argnums)

    @functools.wraps(fun)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    return gradient


def value_and_grad(fun: Callable, argnums: int | Sequence[int] = 0) -> Callable:
    """Like `grad`, but the function returned gives (value, gradient).

    Example:
        >>> value_and_grad(lambda w: w["a"] * w["b"])({"a": 2.0, "b": 5.0})
        (np.float64(10.0), {'a': np.float64(5.0), 'b': np.float64(2.0)})
    """
    numbers = [argnums] if isinstance(argnums, int) else list(argnums)

    @functools.wraps(fun)
    def both(*args: Any, **kwargs: Any) -> tuple:
        call = Call(fun, args, kwargs, numbers)
        call.scalar()
        found = iter(call.gradients())
        parts = tuple(tree.mapped(lambda _: next(found), call.args[k]) for k in numbers)
        return call.plain(call.out), call.plain(parts[0] if isinstance(argnums, int) else parts)

    return both


def vjp(fun: Callable, *primals: Any) -> tuple[Any, Callable]:
    """The value of `fun` and its vector-Jacobian product u ↦ Jᵀu: reverse mode, one pass per u.

    Returns:
        (value, product); product(u) takes an upstream gradient nested and shaped as the value, and returns
        a tuple with one gradient per primal.

    Example:
        >>> import numpy as np
        >>> value, product = vjp(np.multiply, np.array([1.0, 2.0]), np.array([3.0, 4.0]))
        >>> product(np.array([1.0, 10.0]))
        (array([ 3., 40.]), array([ 1., 20.]))
    """
    call = Call(fun, primals, {}, range(len(primals)))

    def product(upstream: Any) -> tuple:
        found = iter(call.gradients(upstream))
        return call.plain(tuple(tree.mapped(lambda _: next(found), p) for p in primals))

    return call.plain(call.out), product


def jvp(fun: Callable, primals: Sequence, tangents: Sequence) -> tuple[Any, Any]:
    """The value of `fun` and its Jacobian-vector product Jv: how it changes along the tangents.

    u ↦ Jᵀu is linear, and its own vector-Jacobian product is v ↦ Jv: two reverse passes make a forward one.

    Args:
        primals, tangents: sequences of the same nesting and shapes.

    Source: J. Townsend (2017), "A new trick for calculating Jacobian vector products".

    Example:
        >>> import numpy as np
        >>> jvp(np.sin, (0.0,), (2.0,))[1]
        np.float64(2.0)
    """
    same_shapes(primals, tangents)
    call = Call(fun, tuple(primals), {}, range(len(primals)))
    dummies = tree.mapped(lambda t: Tensor(np.zeros_like(t._data), requires_grad=True), call.out)
    with enable_grad():
        transposed = call.gradients(dummies, create_graph=True)
    us = list(tree.leaves(dummies))
    linear = [g for g in transposed if g.requires_grad]
    given = [
        as_tensor(v, g)
        for g, v in zip(transposed, tree.leaves(tuple(tangents)), strict=True)
        if g.requires_grad
    ]
    if not linear:
        products: list = [None] * len(us)
    else:
        products = list(gradients.grad(linear, us, given, create_graph=call.create_graph, allow_unused=True))
    results = [Tensor(np.zeros_like(u._data)) if p is None else p for p, u in zip(products, us, strict=True)]
    return call.plain(call.out), call.plain(tree.rebuilt(call.out, results))


def jacobian(fun: Callable, argnums: int = 0) -> Callable:
    """The Jacobian of `fun`: J[i…, j…] = ∂fun(x)[i…] / ∂x[j…], shape (value's shape) + (argument's shape).

    One reverse pass per entry of the value. Nested arguments give nested Jacobians.

    Example:
        >>> import numpy as np
        >>> jacobian(lambda x: np.stack([x[0] * x[1], x[0] + x[1]]))(np.array([2.0, 5.0]))
        array([[5., 2.],
               [1., 1.]])
    """

    @functools.wraps(fun)
    def matrix(*args: Any, **kwargs: Any) -> Any:
        call = Call(fun, args, kwargs, [argnums])
        out = call.out
        if not isinstance(out, Traced):
            raise TypeError(f"jacobian() needs a function that returns one array; {name(fun)} gave {out!r}.")
        rows = []
        for k in range(out.size):
            unit = np.zeros_like(out._data, shape=(out.size,))
            unit[k] = 1
            rows.append(call.gradients(np.reshape(unit, out.shape)))
        columns = [
            np.reshape(np.stack(list(column)), out.shape + t.shape)  # type: ignore[call-overload]
            for column, t in zip(zip(*rows, strict=True), call.inputs, strict=True)
        ]
        return call.plain(tree.rebuilt(call.args[argnums], columns))

    return matrix


def hessian(fun: Callable, argnums: int = 0) -> Callable:
    """The matrix of second derivatives: the Jacobian of the gradient, shape (argument's shape) twice.

    Example:
        >>> import numpy as np
        >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([3.0, 5.0]))
        array([[10.,  6.],
               [ 6.,  0.]])
    """
    return jacobian(grad(fun, argnums), argnums)


def hvp(fun: Callable, primals: Sequence, tangents: Sequence) -> Any:
    """The Hessian times a vector, without building the Hessian: the gradient of (gradient · v).

    Args:
        fun: a function whose value is one number.
        primals, tangents: sequences of the same nesting and shapes.

    Returns:
        H v, nested as `primals`; a single array where there is one primal.

    Source: B. Pearlmutter (1994), "Fast exact multiplication by the Hessian".

    Example:
        >>> import numpy as np
        >>> hvp(lambda x: np.sum(x ** 3), (np.array([1.0, 2.0]),), (np.array([1.0, 1.0]),))
        array([ 6., 12.])
    """
    same_shapes(primals, tangents)
    call = Call(fun, tuple(primals), {}, range(len(primals)))
    call.scalar()
    with enable_grad():
        first = call.gradients(create_graph=True)
    pairs = [(g, v) for g, v in zip(first, tree.leaves(tuple(tangents)), strict=True) if g.requires_grad]
    if pairs:
        outs, given = [g for g, _ in pairs], [as_tensor(v, g) for g, v in pairs]
        found = gradients.grad(outs, call.inputs, given, create_graph=call.create_graph, allow_unused=True)
    else:
        found = (None,) * len(call.inputs)
    results = [
        Tensor(np.zeros_like(t._data)) if p is None else p for p, t in zip(found, call.inputs, strict=True)
    ]
    nested = call.plain(tree.rebuilt(tuple(primals), results))
    return nested[0] if len(nested) == 1 else nested
