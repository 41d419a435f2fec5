"""One kernel for many elementwise calls: its text in CUDA C++, and the call that runs it.

With this module, one can
- ask:      fusible(call)
- write:    kernel = Kernel(calls, wanted); print(kernel.body)
- run:      kernel()(x, w) -> the wanted results, on a GPU

Each elementwise call reads its arguments from the GPU's memory and writes its result there, which takes far longer than
the arithmetic. In one kernel, what one call computes for the next one stays in a register:

    t1 = x * x              const float t1 = x * x;
    t2 = np.tanh(t1)        const float t2 = tanh(t1);
    t3 = 1 - t2 * t2        …

Each line computes in the types that NumPy would, `np.ufunc.resolve_dtypes` says which; only that a GPU multiplies and
adds in one rounding, where NumPy rounds twice.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import Any

import numpy as np

from minigrad.rules.shape import cast

# {0}, {1}, … are the arguments, T is the type of the result.
WRITTEN: dict[Callable, str] = {
    np.add: "{0} + {1}", np.subtract: "{0} - {1}", np.multiply: "{0} * {1}", np.divide: "{0} / {1}",
    np.negative: "-{0}", np.positive: "{0}", np.square: "{0} * {0}", np.reciprocal: "(T)1 / {0}",
    np.power: "pow({0}, {1})", np.float_power: "pow({0}, {1})", np.sqrt: "sqrt({0})", np.cbrt: "cbrt({0})",
    np.exp: "exp({0})", np.exp2: "exp2({0})", np.expm1: "expm1({0})", np.log: "log({0})", np.log2: "log2({0})",
    np.log10: "log10({0})", np.log1p: "log1p({0})", np.sin: "sin({0})", np.cos: "cos({0})", np.tan: "tan({0})",
    np.arcsin: "asin({0})", np.arccos: "acos({0})", np.arctan: "atan({0})", np.sinh: "sinh({0})",
    np.cosh: "cosh({0})", np.tanh: "tanh({0})", np.arcsinh: "asinh({0})", np.arccosh: "acosh({0})",
    np.arctanh: "atanh({0})", np.arctan2: "atan2({0}, {1})", np.hypot: "hypot({0}, {1})",
    np.absolute: "{0} < (T)0 ? -{0} : {0} + (T)0", np.fabs: "fabs({0})", np.copysign: "copysign({0}, {1})",
    np.sign: "{0} != {0} ? {0} : (T)(({0} > (T)0) - ({0} < (T)0))", np.floor: "floor({0})", np.ceil: "ceil({0})",
    np.rint: "rint({0})", np.trunc: "trunc({0})",
    # Of a number and NaN, maximum and minimum give NaN, fmax and fmin the number.
    np.maximum: "{0} != {0} || {0} >= {1} ? {0} : {1}", np.minimum: "{0} != {0} || {0} <= {1} ? {0} : {1}",
    np.fmax: "{1} != {1} || {0} >= {1} ? {0} : {1}", np.fmin: "{1} != {1} || {0} <= {1} ? {0} : {1}",
    np.less: "{0} < {1}", np.less_equal: "{0} <= {1}", np.greater: "{0} > {1}", np.greater_equal: "{0} >= {1}",
    np.equal: "{0} == {1}", np.not_equal: "{0} != {1}", np.isnan: "{0} != {0}",
    np.logical_and: "({0} != 0) && ({1} != 0)", np.logical_or: "({0} != 0) || ({1} != 0)", np.logical_not: "{0} == 0",
    np.deg2rad: "{0} * (T)0.017453292519943295", np.rad2deg: "{0} * (T)57.29577951308232",
    np.where: "{0} ? {1} : {2}", cast: "{0}",
}  # fmt: skip
# Exponents for which there is a shorter way, as in NumPy.
POWERS = {2: "{0} * {0}", 1: "{0}", 0.5: "sqrt({0})", -1: "(T)1 / {0}"}
TYPES = {
    "?": "bool", "b": "signed char", "B": "unsigned char", "h": "short", "H": "unsigned short", "i": "int",
    "I": "unsigned int", "l": "long long", "L": "unsigned long long", "q": "long long", "Q": "unsigned long long",
    "f": "float", "d": "double",
}  # fmt: skip
BITS = {"inf": "0x7ff0000000000000", "-inf": "0xfff0000000000000", "nan": "0x7ff8000000000000"}
NUMBERS = (bool, int, float)


def fusible(call: Any) -> bool:
    """Whether a call can be a line of a kernel.

    Args:
        call: with `fun`, `args`, `kwargs`, `shape`, `dtype` and `name`; those of `args` that are calls or inputs of the
            program have a `name` too, the others are constants.
    """
    if call.fun not in WRITTEN or call.kwargs or not isinstance(call.shape, tuple) or call.shape == ():
        return False
    arguments = call.args[:1] if call.fun is cast else call.args
    if call.fun is np.where and len(arguments) != 3:
        return False
    try:
        kinds = [kind for a in arguments if (kind := kind_of(a)) not in NUMBERS]
        loop = types_of(call)
    except TypeError:  # an argument that is no number
        return False
    whole = call.fun in (np.power, np.absolute, np.sign, np.reciprocal) and call.dtype.kind not in "f"
    return not whole and all(dtype.char in TYPES for dtype in (*kinds, *loop))


def kind_of(a: Any) -> Any:
    """The dtype of an argument; Python's own numbers have none, and adapt to what they meet."""
    if type(a) in NUMBERS:
        return type(a)
    if hasattr(a, "dtype"):
        return a.dtype
    raise TypeError(f"{type(a).__name__} is no number")


def types_of(call: Any) -> list[np.dtype]:
    """The dtypes in which a call computes: of its arguments, and of its result.

    Example:
        >>> from types import SimpleNamespace as Call
        >>> x = Call(name="x", dtype=np.dtype("float32"))
        >>> types_of(Call(fun=np.less, args=(x, 0.5), dtype=np.dtype(bool)))
        [dtype('float32'), dtype('float32'), dtype('bool')]
    """
    if call.fun is cast:
        return [kind_of(call.args[0]), call.dtype]
    if call.fun is np.where:
        return [np.dtype(bool), call.dtype, call.dtype, call.dtype]
    given = [float if kind is bool else kind for kind in map(kind_of, call.args)]
    return list(call.fun.resolve_dtypes((*given, None)))


class Kernel:
    """Several elementwise calls of one shape as one.

    Args:
        calls: in the order in which they are made.
        wanted: the names of those whose results are looked at outside.

    Attributes:
        inputs: what the kernel reads: values that were computed before, inputs of the program, constant arrays.
        outputs: the calls whose results it writes.
        name: of the kernel, for profilers.
        reads, writes, body: its parameters and its text, as `cupy.ElementwiseKernel` takes them.

    Example:
        >>> from types import SimpleNamespace as Call
        >>> f4 = np.dtype("float32")
        >>> x = Call(name="x", shape=(3,), dtype=f4)
        >>> t1 = Call(name="t1", fun=np.multiply, args=(x, x), kwargs={}, shape=(3,), dtype=f4)
        >>> t2 = Call(name="t2", fun=np.maximum, args=(t1, 0.5), kwargs={}, shape=(3,), dtype=f4)
        >>> kernel = Kernel([t1, t2], {"t2"})
        >>> print(kernel.reads, "->", kernel.writes)
        float32 x -> float32 t2_out
        >>> print(kernel.body)
        const float t1 = x * x;
        const float t2 = t1 != t1 || t1 >= (float)0.5 ? t1 : (float)0.5;
        t2_out = t2;
    """

    def __init__(self, calls: Sequence[Any], wanted: Collection[str]) -> None:
        self.calls = list(calls)
        self.inputs: list[Any] = []
        self._names: dict[Any, str] = {}
        self._own = {call.name for call in calls}
        lines = [self._line(call) for call in calls]
        self.outputs = [call for call in calls if call.name in wanted]
        written = [(call.dtype, self._variable(call)) for call in self.outputs]
        self.reads = ", ".join(f"{a.dtype} {self._variable(a)}" for a in self.inputs)
        self.writes = ", ".join(f"{dtype} {name}_out" for dtype, name in written)
        self.body = "\n".join([*lines, *[f"{name}_out = {name};" for _, name in written]])
        self.name = "_".join(["minigrad", *[call.fun.__name__ for call in calls][:6], str(len(calls))])

    def _line(self, call: Any) -> str:
        """One call."""
        *types, result = types_of(call)
        arguments = [self._operand(a, t) for a, t in zip(call.args, types, strict=False)]
        text, kind = WRITTEN[call.fun], TYPES[call.dtype.char]
        if call.fun is np.power and type(call.args[1]) in NUMBERS:
            text = POWERS.get(call.args[1], text)
        text = text.replace("(T)", f"({TYPES[result.char]})").format(*arguments)
        if call.fun is cast or result != call.dtype:
            text = f"({kind})({text})"
        return f"const {kind} {self._variable(call)} = {text};"

    def _operand(self, a: Any, dtype: np.dtype) -> str:
        """An argument in the type in which the call computes."""
        kind = TYPES[dtype.char]
        if type(a) in NUMBERS or isinstance(a, np.generic) or (isinstance(a, np.ndarray) and not a.ndim):
            return f"({kind}){literal(a)}"
        if getattr(a, "name", None) not in self._own and not any(a is known for known in self.inputs):
            self.inputs.append(a)
        return self._variable(a) if a.dtype == dtype else f"({kind}){self._variable(a)}"

    def _variable(self, a: Any) -> str:
        """What C++ calls a value: as Python does, with a _ behind what might be a word of C++ or of CuPy's."""
        wish, known = getattr(a, "name", ""), getattr(a, "name", None) or id(a)
        if known not in self._names:
            usable = wish.isascii() and wish.isidentifier() and wish[0] != "_"
            safe = any(c.isdigit() for c in wish) or (len(wish) == 1 and wish not in "inT")
            self._names[known] = f"value_{len(self._names)}" if not usable else wish if safe else f"{wish}_"
        return self._names[known]

    def __call__(self) -> Callable:
        """The kernel, to be called with the arrays of its inputs. CuPy translates it when it is first called."""
        return compiled(self.reads, self.writes, self.body, self.name)


@cache
def compiled(reads: str, writes: str, body: str, name: str) -> Callable:
    """The CuPy kernel of a text; the same text gives the same kernel."""
    import cupy

    return cupy.ElementwiseKernel(reads, writes, body, name)


def literal(a: Any) -> str:
    """A constant in C.

    Example:
        >>> literal(0.1), literal(np.float32(2)), literal(True), literal(-3)
        ('0.1', '2.0', 'true', '(-3LL)')
    """
    value = a if type(a) in NUMBERS else a.item()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value}LL" if value >= 0 else f"({value}LL)"
    if not math.isfinite(value):
        return f"__longlong_as_double({BITS[str(value)]}LL)"
    return repr(value) if math.copysign(1, value) > 0 else f"({value!r})"
