"""What CuPy refuses where NumPy would go on: wrong kinds of arguments, and values that it does not know.

Each function raises what CuPy 14.2 raises, and says nothing about a call that CuPy would do.
"""

import inspect
import math

import numpy as np

UFUNC_METHODS = {  # what CuPy's ufuncs can do beside being called
    "reduce": {"add", "multiply"}, "accumulate": {"add", "multiply"}, "reduceat": {"add"},
    "at": {"add", "maximum", "minimum", "bitwise_and", "bitwise_or", "bitwise_xor"},
}  # fmt: skip
LISTS = {  # the functions that take lists of numbers: as shapes, axes and indices, or of arrays
    "append", "array", "array_split", "asanyarray", "asarray", "block", "broadcast_to", "column_stack", "compress",
    "concatenate", "delete", "dsplit", "dstack", "einsum", "expand_dims", "flip", "gradient", "hsplit", "hstack", "ix_",
    "lexsort", "mean", "meshgrid", "moveaxis", "norm", "pad", "percentile", "put", "quantile", "ravel_multi_index",
    "repeat", "reshape", "resize", "roll", "rollaxis", "rot90", "select", "split", "squeeze", "stack", "sum", "take",
    "take_along_axis", "tensordot", "tile", "transpose", "unravel_index", "vsplit", "vstack",
}  # fmt: skip
METHODS = {"linear", "lower", "higher", "midpoint", "nearest"}  # of interpolation between order statistics


def check_call(name, signature, args, kwargs):
    """A call that does not fit CuPy's parameters."""
    if signature is None:
        return
    if not any(p.kind == p.VAR_KEYWORD for p in signature.parameters.values()):
        for unknown in kwargs.keys() - signature.parameters.keys():
            raise TypeError(f"{name}() got an unexpected keyword argument {unknown!r}")
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        raise TypeError(f"{name}() {error}") from None


def check_ufunc(ufunc, method, types, kwargs):
    """A method or an option that CuPy's ufuncs have not, or numbers for which there is no loop.

    Args:
        types: of the arguments; None for Python's own numbers, which take on any.
    """
    name = ufunc.__name__
    if name not in UFUNC_METHODS.get(method, {name}):
        raise NotImplementedError(f"`cupy_{name}.{method}` is not supported yet")
    more = {"axis", "axes", "keepdims"} if method != "__call__" or ufunc.signature else set()
    if wrong := kwargs.keys() - {"dtype", "casting"} - more:
        raise TypeError(f"Wrong arguments {wrong}")
    if method == "at" and types[0].char not in "ilefdILQq":
        raise TypeError(
            f"cupy.{name}.at only supports int32, int64, float16, float32, float64, uint32, uint64 as data type"
        )


def check_loops(name, loops, types):
    """Numbers for which a ufunc of CuPy's has no loop."""
    inputs = [loop.partition("->")[0] for loop in loops.split()]
    fits = lambda loop: all(t is None or np.can_cast(t, c) for t, c in zip(types, loop, strict=False))
    if inputs and not any(map(fits, inputs)):
        raise TypeError(f"Wrong type ({types}) of arguments for cupy_{name}")


def check_arguments(function, args, kwargs, kind):
    """Lists and numbers where CuPy wants arrays of its own `kind`, and values that its version does not know."""
    name = function.__name__
    if any(value is np._NoValue for value in (*args, *kwargs.values())):
        raise ValueError("Unsupported dtype object")
    if name not in LISTS and function.__module__ != "numpy.fft" and any(isinstance(a, list) for a in args):
        raise AttributeError("'list' object has no attribute 'ndim'")
    joined = args[0] if name in ("concatenate", "stack") else args[:1] if name == "clip" else ()
    if not all(isinstance(item, kind) for item in joined):
        raise TypeError(f"Argument of {name} has incorrect type (expected cupy._core.core._ndarray_base)")
    check = {
        "repeat": counts, "quantile": levels, "percentile": levels, "meshgrid": grids, "tensordot": axes, "pad": widths,
        "inner": entries,
    }.get(name)  # fmt: skip
    if check:
        found = inspect.signature(function).bind(*args, **kwargs)
        found.apply_defaults()
        check(**found.arguments)


def counts(repeats, **_):
    if isinstance(repeats, np.ndarray):
        raise TypeError("'repeats' does not accept numpy.ndarray; convert with cupy.array() first")


def levels(q, method, **_):
    if method not in METHODS:
        raise ValueError(f"{method!r} method is not yet supported. Please use any other method.")
    if not isinstance(q, (int, float)) and len(shape_of(q)) > 1:
        raise ValueError(f"Expected q to have a dimension of 1.\nActual: {len(shape_of(q))} != 1")


def grids(xi, **_):
    if any(x.ndim != 1 for x in xi):
        raise ValueError("input has to be 1d")


def axes(a, b, axes):
    if (
        not isinstance(axes, int)
        and 0 in (a.ndim, b.ndim)
        and not all(isinstance(k, (int, list, tuple)) for k in axes)
    ):
        raise ValueError("An input is zero-dim while axes has dimensions")


def widths(array, pad_width, **_):
    shape = shape_of(pad_width) if not isinstance(pad_width, dict) else ()
    if math.prod(shape) == array.ndim > 1 and len(shape) == 2:
        raise ValueError(f"cannot reshape array of size {array.ndim} into shape ({array.ndim},2)")


def entries(a, b):
    if 0 in (a.size, b.size) and a.ndim and b.ndim and not a.shape[-1]:
        raise ZeroDivisionError("integer division or modulo by zero")


def shape_of(value):
    """The shape of nested lists, or of an array."""
    return value.shape if hasattr(value, "shape") else np.shape(value)
