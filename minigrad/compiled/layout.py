"""How the values of a program lie in memory, found by running it once.

With this module, one can
- find out:     layout = Layout(line, {"x": x, …}); layout.order[value], layout.shared
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


class Layout:
    """What one run of a program shows.

    Args:
        line: the program.
        inputs: arrays for its inputs, by name.

    Attributes:
        order: of each array that is computed, the order of its entries.
        shared: the values that share memory with an argument of their call.
    """

    def __init__(self, line: StraightLine, inputs: Mapping[str, np.ndarray]) -> None:
        self.order: dict[Value, Order] = {}
        self.shared: set[Value] = set()
        last = {v: k for k, call in enumerate(line.calls) for v in (call, *operands(call))}
        values: dict[Value, Any] = {line.inputs[name]: array for name, array in inputs.items()}
        with np.errstate(all="ignore"):
            for k, call in enumerate(line.calls):
                values[call] = evaluated(call, values)
                self._note(call, values)
                for v in (call, *operands(call)):
                    if last[v] == k:
                        values.pop(v, None)

    def _note(self, call: Value, values: Mapping[Value, Any]) -> None:
        """How the result of a call lies."""
        result = values[call]
        if isinstance(result, np.ndarray):
            self.order[call] = order_of(result)
            arrays = [values[v] for v in operands(call) if isinstance(values[v], np.ndarray)]
            if any(np.may_share_memory(result, x) for x in arrays):
                self.shared.add(call)


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
