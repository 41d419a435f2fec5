"""Tensor: an array that remembers how it was computed.

With this module, one can
- make one:            tensor([1., 2.], requires_grad=True), Parameter(…)
- compute with it:     operators, and NumPy's own functions: np.tanh(x), x @ w, np.sum(x, axis=0)
- go back:             loss.backward(); x.grad

There is no mathematics here. Operators and NumPy's two protocols (`__array_ufunc__`, `__array_function__`)
hand every call to `record.apply`; the derivatives are in `rules/`.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from minigrad import device as devices
from minigrad import record
from minigrad.errors import StaleValueError
from minigrad.gradients import Backward
from minigrad.hints import add_hints
from minigrad.leaving import Leaving
from minigrad.methods import Methods
from minigrad.node import NO_NOTES, Node, function_name
from minigrad.operators import Operators
from minigrad.protocols import array_function, array_ufunc
from minigrad.record import picked


class Tensor(Operators, Leaving, Backward, Methods):
    """An array of numbers with a place in a computation graph.

    Args:
        data: numbers, nested lists or an array; copied.
        requires_grad: whether gradients are wanted with respect to it.
        name: a name for pictures and messages.
        dtype: as in NumPy; by default what NumPy makes of `data`.
        device: "cpu" or "cuda".

    Attributes:
        data: the array. Assigning to it (`w.data = w.data - lr * w.grad.data`) is not recorded.
        grad: the gradient accumulated by `backward()`, a Tensor of the same shape and dtype, or None.

    Raises:
        TypeError: `requires_grad` for integers, booleans or complex numbers.
        ValueError: `data` is not a rectangular array of numbers.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> x = mg.tensor([3.0, 4.0], requires_grad=True)
        >>> np.sqrt(np.sum(x * x)).backward()
        >>> x.grad
        tensor([0.6, 0.8])
    """

    __slots__ = ()

    def __init__(
        self,
        data: Any,
        requires_grad: bool = False,
        name: str | None = None,
        dtype: Any = None,
        device: str | None = None,
    ) -> None:
        self._data = devices.as_array(data, dtype, device)
        self._node = None
        self._requires_grad = False
        self.notes = NO_NOTES
        if name is not None:
            self.name = name
        self.requires_grad = requires_grad

    @staticmethod
    def wrap(data: Any, node: Node | None = None) -> Tensor:
        """A Tensor around an array that exists already, without copying it."""
        t = Tensor.__new__(Tensor)
        t._data = data
        t._node = node
        t._requires_grad = None if node is None else True  # None: computed, but no call of it was recorded
        t.notes = NO_NOTES
        return t

    def __copy__(self) -> Tensor:
        """The same array under a name and gradient of its own."""
        twin = type(self).__new__(type(self))
        for slot in ("_data", "_node", "_requires_grad"):
            setattr(twin, slot, getattr(self, slot))
        twin.notes = copy.copy(self.notes)
        return twin

    @staticmethod
    def lift(value: Any, parent: Any) -> Any:
        """A saved value as a Tensor again: the leaf itself, or a Tensor of the node that computed it."""
        if isinstance(value, tuple):  # the results of one call: each is that call's k-th
            return tuple(picked(Tensor, parent, k, part) for k, part in enumerate(value))
        if isinstance(parent, Node):
            return Tensor.wrap(value, parent)
        if parent._data is not value:
            raise StaleValueError(
                f"{parent.label} was given new data after the forward pass, and the recorded backward pass "
                f"(create_graph=True) would mix old and new values. Run the forward pass again first."
            )
        return parent

    # What it is ---------------------------------------------------------------------------------------

    @property
    def data(self) -> Any:
        """The array itself."""
        return self._data

    @data.setter
    def data(self, value: Any) -> None:
        value = value._data if isinstance(value, Tensor) else value
        if self._node is not None:
            raise TypeError(
                f"{self.label} was computed; giving it other data would make its graph wrong. "
                f"Make a new tensor, or change the leaves it was computed from."
            )
        if np.shape(value) != self.shape:
            raise ValueError(
                f"{self.label} has shape {self.shape}; the new data has shape {np.shape(value)}. Did a bias "
                f"meet a gradient that was broadcast? Sum the gradient to shape {self.shape} first."
            )
        if isinstance(value, np.generic):
            value = np.asarray(value)  # a leaf holds an array, so that it can be changed in place
        if value is self._data:
            self.changed()  # `w.data -= …` wrote into the array that recorded calls may still need
        self._data = (
            value
            if getattr(value, "dtype", None) == self.dtype
            else devices.as_array(value, self.dtype, None)
        )

    @property
    def grad(self) -> Tensor | None:
        """The accumulated gradient; None before `backward()`, and for results that were not asked to keep it."""
        return (self._node or self).notes.grad

    @grad.setter
    def grad(self, value: Any) -> None:
        if value is not None and not isinstance(value, Tensor):
            value = Tensor(value, dtype=self.dtype)
        if value is not None and value.shape != self.shape:
            raise ValueError(
                f"{self.label} has shape {self.shape}; a gradient of shape {value.shape} is not its."
            )
        (self._node or self).noted().grad = value

    @property
    def requires_grad(self) -> bool:
        """Whether gradients are wanted with respect to this tensor, or something it was computed from."""
        return self._requires_grad is True

    @requires_grad.setter
    def requires_grad(self, on: bool) -> None:
        if self._node is not None and not on:
            raise TypeError(f"{self.label} was computed from something that wants a gradient; use .detach().")
        if on and self.dtype.kind not in "fc":
            raise TypeError(
                f"requires_grad needs floating-point numbers, and {self.label} holds {self.dtype}. "
                f"Write [1., 2.] instead of [1, 2], or pass dtype=float."
            )
        self._requires_grad = bool(on)

    @property
    def name(self) -> str | None:
        """A name for pictures and messages. It may be set at any time."""
        return (self._node or self).notes.name

    @name.setter
    def name(self, name: str | None) -> None:
        (self._node or self).noted().name = name

    @property
    def label(self) -> str:
        """What to call this tensor in a sentence."""
        if self.name:
            return f"Tensor {self.name!r}"
        return "a Tensor" if self._node is None else f"the result of {self._node!r}".replace("<Node ", "<")

    @property
    def node(self) -> Node | None:
        """The call that computed this tensor; None for a leaf."""
        return self._node

    @property
    def device(self) -> str:
        """Where the numbers are: "cpu" or "cuda"."""
        return devices.of(self._data)

    shape = property(lambda self: self._data.shape, doc="The sizes of the axes.")
    ndim = property(lambda self: self._data.ndim, doc="The number of axes.")
    size = property(lambda self: self._data.size, doc="The number of entries.")
    dtype = property(lambda self: self._data.dtype, doc="The type of the entries.")

    def zero_grad(self) -> None:
        """Forget the accumulated gradient."""
        self.grad = None

    __array_ufunc__ = array_ufunc
    __array_function__ = array_function

    def __repr__(self) -> str:
        body = np.array2string(np.asarray(devices.to_cpu(self._data)), separator=", ", prefix="tensor(")
        tail = "" if self.dtype in (np.float64, np.int64, np.bool_) else f", dtype={self.dtype}"
        tail += f", name={self.name!r}" if self.name else ""
        tail += "" if self.device == "cpu" else f", device={self.device!r}"
        if self._node is not None:
            tail += f", from {function_name(self._node.fun)}"
        elif self._requires_grad:
            tail += ", requires_grad=True"
        return f"{'tensor' if type(self) is Tensor else type(self).__name__}({body}{tail})"


record.TENSOR = Tensor
add_hints(Tensor)


class Parameter(Tensor):
    """A Tensor that is to be learned: it wants a gradient, and modules and optimizers recognise it.

    Args:
        data: numbers, nested lists or an array; copied.
        name: a name for pictures and messages.
        dtype, device: as for `tensor`.

    Example:
        >>> import minigrad as mg
        >>> mg.Parameter([0.5, -0.5], name="w").requires_grad
        True
    """

    __slots__ = ()

    def __init__(
        self, data: Any, name: str | None = None, dtype: Any = None, device: str | None = None
    ) -> None:
        super().__init__(data, True, name, dtype, device)


def tensor(
    data: Any,
    requires_grad: bool = False,
    name: str | None = None,
    dtype: Any = None,
    device: str | None = None,
) -> Tensor:
    """A new leaf of a computation graph. Arguments, errors and an example: see `Tensor`.

    Example:
        >>> import minigrad as mg
        >>> mg.tensor([[1.0, 2.0], [3.0, 4.0]]).shape
        (2, 2)
    """
    return Tensor(data, requires_grad, name, dtype, device)
