"""In which order the entries of a program's values lie in memory: the order that NumPy chooses when it may.

With this module, one can
- find out:     orders(line, {"x": x, …}) -> {value: (0, 1, …)}
- lay out:      blank((64, 6, 24, 24), "float32", (1, 2, 3, 0))

NumPy gives the result of an elementwise function the order of its arguments, and that is the fastest: the images
that our convolutions return have the samples innermost, and writing relu of them into an array of another order
takes three times as long. So the program is run once, call by call, and what comes out is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from minigrad.compiled.straightline import StraightLine, Value
from minigrad.vjps import lookup

Order = tuple[int, ...]  # the axes, from the one whose neighbours lie farthest apart to the innermost


def orders(line: StraightLine, inputs: Mapping[str, np.ndarray]) -> dict[Value, Order]:
    """The order of each array that the program computes from these inputs."""
    last = {v: k for k, call in enumerate(line.calls) for v in (call, *operands(call))}
    values: dict[Value, Any] = {line.inputs[name]: array for name, array in inputs.items()}
    found: dict[Value, Order] = {}
    with np.errstate(all="ignore"):
        for k, call in enumerate(line.calls):
            result = evaluated(call, values)
            if isinstance(result, np.ndarray):
                found[call] = order_of(result)
            values[call] = result
            for v in (call, *operands(call)):
                if last[v] == k:
                    values.pop(v, None)
    return found


def evaluated(call: Value, values: Mapping[Value, Any]) -> Any:
    """The result of one call."""
    args = [values[a] if isinstance(a, Value) else a for a in call.args]
    return lookup(call.fun).call(args, call.kwargs)


def order_of(array: np.ndarray) -> Order:
    """The axes of an array, by the distance of neighbours along them.

    Example:
        >>> order_of(np.zeros((2, 3, 4))), order_of(np.zeros((2, 3, 4)).T)
        ((0, 1, 2), (2, 1, 0))
    """
    axes = range(array.ndim)
    if array.flags.c_contiguous:
        return tuple(axes)
    return tuple(sorted(axes, key=lambda k: -abs(array.strides[k])))


def is_usual(order: Order) -> bool:
    """Whether the last axis is the innermost, the first the outermost."""
    return order == tuple(range(len(order)))


def blank(shape: tuple, dtype: Any, order: Order) -> np.ndarray:
    """An array without numbers, its axes in memory in the given order.

    Example:
        >>> blank((2, 3, 4), "float32", (1, 2, 0)).strides
        (4, 32, 8)
    """
    return np.empty([shape[k] for k in order], dtype).transpose(np.argsort(order))


def operands(call: Value) -> list[Value]:
    """The arguments that are no constants."""
    return [a for a in call.args if isinstance(a, Value)]
