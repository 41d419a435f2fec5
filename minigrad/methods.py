"""The named methods of a Tensor: x.sum() is np.sum(x), spelled the way PyTorch and NumPy spell it."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.hints import Hint
from minigrad.record import apply
from minigrad.rules import neural, shape
from minigrad.unrolled import unary

Axis = int | tuple[int, ...] | None


class Methods:
    """Each method is one NumPy function (or one of ours) with this tensor as its first argument."""

    __slots__ = ()

    def sum(self, axis: Axis = None, keepdims: bool = False) -> Any:
        """np.sum: the sum over `axis`, or of all entries."""
        return apply(np.sum, (self,), {"axis": axis, "keepdims": keepdims})

    def mean(self, axis: Axis = None, keepdims: bool = False) -> Any:
        """np.mean: the mean over `axis`, or of all entries."""
        return apply(np.mean, (self,), {"axis": axis, "keepdims": keepdims})

    def max(self, axis: Axis = None, keepdims: bool = False) -> Any:
        """np.max: the largest entry. Equal ones share the gradient."""
        return apply(np.max, (self,), {"axis": axis, "keepdims": keepdims})

    def min(self, axis: Axis = None, keepdims: bool = False) -> Any:
        """np.min: the smallest entry. Equal ones share the gradient."""
        return apply(np.min, (self,), {"axis": axis, "keepdims": keepdims})

    def prod(self, axis: Axis = None, keepdims: bool = False) -> Any:
        """np.prod: the product over `axis`, or of all entries."""
        return np.prod(self, axis=axis, keepdims=keepdims)  # type: ignore[call-overload]

    def var(self, axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> Any:
        """np.var: the mean squared distance from the mean; divided by n - ddof (PyTorch divides by n - 1)."""
        return np.var(self, axis=axis, keepdims=keepdims, ddof=ddof)  # type: ignore[call-overload]

    def std(self, axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> Any:
        """np.std: the square root of the variance. Its gradient is 0 where all entries are equal."""
        return np.std(self, axis=axis, keepdims=keepdims, ddof=ddof)  # type: ignore[call-overload]

    def cumsum(self, axis: int | None = None) -> Any:
        """np.cumsum: running sums."""
        return np.cumsum(self, axis=axis)  # type: ignore[call-overload]

    def sort(self, axis: int = -1) -> Any:
        """np.sort: the entries in increasing order, a new tensor."""
        return np.sort(self, axis=axis)  # type: ignore[call-overload]

    def norm(self, axis: Axis = None, keepdims: bool = False) -> Any:
        """np.linalg.norm: √Σx². Its gradient at 0 is 0."""
        return np.linalg.norm(self, axis=axis, keepdims=keepdims)  # type: ignore[call-overload]

    def reshape(self, *sizes: Any) -> Any:
        """np.reshape; sizes one by one or as a tuple, one of them may be -1."""
        return apply(np.reshape, (self, sizes[0] if len(sizes) == 1 else sizes))

    def transpose(self, *axes: Any) -> Any:
        """np.transpose: the axes in the order given; without any, reversed."""
        order = None if not axes else axes[0] if isinstance(axes[0], (tuple, list)) else axes
        return np.transpose(self, order)  # type: ignore[call-overload]

    @property
    def T(self) -> Any:
        """The axes reversed."""
        return apply(np.transpose, (self,))

    @property
    def real(self) -> Any:
        """np.real: the real part."""
        return np.real(self)

    @property
    def imag(self) -> Any:
        """np.imag: the imaginary part."""
        return np.imag(self)

    def conj(self) -> Any:
        """np.conj: the complex conjugate."""
        return np.conj(self)  # type: ignore[call-overload]

    def swapaxes(self, axis1: int, axis2: int) -> Any:
        """np.swapaxes: two axes exchanged."""
        return np.swapaxes(self, axis1, axis2)  # type: ignore[call-overload]

    def unsqueeze(self, axis: int) -> Any:
        """np.expand_dims: a new axis of size 1."""
        return np.expand_dims(self, axis)  # type: ignore[call-overload]

    def squeeze(self, axis: Axis = None) -> Any:
        """np.squeeze: axes of size 1 removed."""
        return np.squeeze(self, axis=axis)  # type: ignore[call-overload]

    def flatten(self) -> Any:
        """All entries in one axis."""
        return np.reshape(self, -1)  # type: ignore[call-overload]

    def at(self, index: Any) -> Any:
        """x[index] as a function: what the brackets call."""
        return shape.getitem(self, index)

    def astype(self, dtype: Any) -> Any:
        """The same numbers in another floating-point type."""
        return shape.cast(self, dtype)

    def dot(self, y: Any) -> Any:
        """np.dot: the sum of products over the last axis."""
        return np.dot(self, y)  # type: ignore[call-overload]

    def mv(self, y: Any) -> Any:
        """Matrix times vector."""
        return self @ y  # type: ignore[operator]

    def pow(self, y: Any) -> Any:
        """xʸ."""
        return self**y  # type: ignore[operator]

    exp = unary(np.exp, "eˣ.")

    square = unary(np.square, "x².")

    log = unary(np.log, "The natural logarithm.")

    sqrt = unary(np.sqrt, "The square root.")

    sin = unary(np.sin, "The sine, of radians.")

    cos = unary(np.cos, "The cosine, of radians.")

    tanh = unary(np.tanh, "The hyperbolic tangent.")

    abs = unary(np.absolute, "The absolute value. Its gradient at 0 is 0.")

    def clip(self, low: Any = None, high: Any = None) -> Any:
        """np.clip: entries held between two bounds."""
        return np.clip(self, low, high)  # type: ignore[call-overload]

    def relu(self) -> Any:
        """max(x, 0)."""
        return neural.relu(self)

    def sigmoid(self) -> Any:
        """1 / (1 + e⁻ˣ)."""
        return neural.sigmoid(self)

    def softmax(self, axis: int = -1) -> Any:
        """eˣ / Σeˣ along `axis`."""
        return neural.softmax(self, axis)

    def log_softmax(self, axis: int = -1) -> Any:
        """log of softmax along `axis`, stable."""
        return neural.log_softmax(self, axis)

    def all(self) -> bool:
        """Whether every entry is true (not zero)."""
        return bool(self._data.all())  # type: ignore[attr-defined]

    def any(self) -> bool:
        """Whether some entry is true (not zero)."""
        return bool(self._data.any())  # type: ignore[attr-defined]

    def argmax(self, axis: int | None = None) -> Any:
        """np.argmax: where the largest entry is. Plain integers."""
        return self._data.argmax(axis)  # type: ignore[attr-defined]

    def argmin(self, axis: int | None = None) -> Any:
        """np.argmin: where the smallest entry is. Plain integers."""
        return self._data.argmin(axis)  # type: ignore[attr-defined]

    def tolist(self) -> Any:
        """The values as nested lists of Python numbers."""
        return self._data.tolist()  # type: ignore[attr-defined]

    def __dir__(self) -> list[str]:
        """What there is, without the names that only give a hint."""
        hints = {
            name
            for base in type(self).__mro__
            for name, value in vars(base).items()
            if isinstance(value, Hint)
        }
        return [name for name in super().__dir__() if name not in hints]
