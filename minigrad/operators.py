"""The operators of a Tensor: arithmetic is recorded, comparisons give truth values, += makes a new tensor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minigrad import refuse
from minigrad.explain import user_line
from minigrad.modes import state
from minigrad.node import tick
from minigrad.record import Traced, apply, flat
from minigrad.unrolled import binary, unary


def plain(value: Any) -> Any:
    """The array inside a Tensor; anything else as it is."""
    return getattr(value, "_data", value)


def compared(fun: np.ufunc, x: Any, y: Any) -> Any:
    """Truth values: there is nothing to differentiate. Recorded only while a graph is captured to be fed again."""
    return flat(fun, (x, y)) if state.capturing and x._requires_grad else x.wrap(fun(x._data, plain(y)))


def swapped(operator: Any) -> Any:
    """The operator of a right operand, for `2 * x`."""
    return lambda x, y: operator(y, x)


class Operators(Traced):
    """Everything that is written with a sign instead of a name."""

    __slots__ = ()

    __add__ = binary(np.add)
    __sub__ = binary(np.subtract)
    __mul__ = binary(np.multiply)
    __truediv__ = binary(np.divide)
    __pow__ = binary(np.power)
    __matmul__ = binary(np.matmul)
    __mod__ = binary(np.remainder)
    __radd__ = swapped(__add__)
    __rsub__ = swapped(__sub__)
    __rmul__ = swapped(__mul__)
    __rtruediv__ = swapped(__truediv__)
    __rpow__ = swapped(__pow__)
    __rmatmul__ = swapped(__matmul__)
    __rmod__ = swapped(__mod__)

    def __floordiv__(self, y: Any) -> Any:
        return np.floor_divide(self, y)  # type: ignore[call-overload]  # piecewise constant: a static result

    __neg__ = unary(np.negative)
    __abs__ = unary(np.absolute)

    def __pos__(self) -> Any:
        return self

    def __getitem__(self, index: Any) -> Any:
        if state.capturing and isinstance(index, Traced):
            return self.at(index)  # new inputs of the graph may move it
        if state.capturing and isinstance(index, tuple) and any(isinstance(i, Traced) for i in index):
            raise refuse.index(self)
        index = tuple(plain(i) for i in index) if isinstance(index, tuple) else plain(index)
        return self.at(index)

    def __iter__(self) -> Iterator[Any]:
        if self.ndim == 0:
            raise TypeError(f"{self.label} is a single number; there is nothing to iterate over.")
        return (self[i] for i in range(self.shape[0]))

    def __len__(self) -> int:
        if self.ndim == 0:
            raise TypeError(f"{self.label} is a single number and has no len().")
        return self.shape[0]

    # Comparisons give plain truth values: there is nothing to differentiate --------------------------------

    def __lt__(self, y: Any) -> Any:
        return compared(np.less, self, y)

    def __le__(self, y: Any) -> Any:
        return compared(np.less_equal, self, y)

    def __gt__(self, y: Any) -> Any:
        return compared(np.greater, self, y)

    def __ge__(self, y: Any) -> Any:
        return compared(np.greater_equal, self, y)

    def __eq__(self, y: Any) -> Any:
        return compared(np.equal, self, y)

    def __ne__(self, y: Any) -> Any:
        return compared(np.not_equal, self, y)

    __hash__ = object.__hash__  # a tensor is itself, whatever it equals: it can be a key

    def __bool__(self) -> bool:
        if self.size != 1:
            raise ValueError(
                f"{self.label} has {self.size} entries; which one decides? Write (…).all() or (…).any()."
            )
        if self._requires_grad is not False:  # computed: the user's code branches on data
            state.branched.append((tick(), user_line() or "?"))
        return bool(self._data)

    # In place --------------------------------------------------------------------------------------------

    def __setitem__(self, index: Any, value: Any) -> None:
        raise refuse.assignment(self)

    def __iadd__(self, y: Any) -> Any:  # type: ignore[misc]
        return self._in_place(np.add, y, "+=")

    def __isub__(self, y: Any) -> Any:  # type: ignore[misc]
        return self._in_place(np.subtract, y, "-=")

    def __imul__(self, y: Any) -> Any:  # type: ignore[misc]
        return self._in_place(np.multiply, y, "*=")

    def __itruediv__(self, y: Any) -> Any:  # type: ignore[misc]
        return self._in_place(np.divide, y, "/=")

    def _in_place(self, fun: np.ufunc, y: Any, sign: str) -> Any:
        """`total += loss` makes a new tensor; on a leaf that wants a gradient it would lose the leaf."""
        if self._node is None and self._requires_grad:
            if state.recording:
                raise refuse.update(self, sign)
            self._data[...] = fun(self._data, plain(y))
            self.changed()
            return self
        return apply(fun, (self, y))
