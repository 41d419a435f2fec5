"""An array that behaves as CuPy's does, as far as its being elsewhere shows: a GPU for machines without one.

StrictArray answers NumPy's two protocols like `cupy.ndarray`. Every function that CuPy lacks, every option that CuPy's
version does not take, every NumPy array that meets one of its own, and every implicit conversion is refused with CuPy's
words. What CuPy does allow but pays for, a number that crosses to the CPU, is noted: see `crossings`.

Checked against CuPy 14.2 by calling both with the same arguments; `cupy_names.json` holds what CuPy itself says.
"""

import collections
import contextlib
import json
import sys

import numpy as np

from tests.minigrad.devices.cupy_names import FILE, signature
from tests.minigrad.devices.refusals import check_arguments, check_call, check_loops, check_ufunc

TABLE = json.loads(FILE.read_text(encoding="utf-8"))
FUNCTIONS = {name: signature(text) for name, text in TABLE["functions"].items()}
METHODS = {name: signature(text) for name, text in TABLE["methods"].items()}
COMPARISONS = {"greater", "greater_equal", "less", "less_equal", "equal", "not_equal"}
INDICES = {  # where CuPy takes NumPy's arrays: it moves indices by itself
    "numpy.take": 1, "numpy.take_along_axis": 1, "numpy.put_along_axis": 1, "numpy.put": 1, "numpy.delete": 1,
    "numpy.compress": 0,
}  # fmt: skip
TRUTHS = {"allclose", "array_equal", "array_equiv"}  # NumPy answers with a bool, CuPy with an array
SIZES = {
    "nonzero",
    "argwhere",
    "flatnonzero",
    "extract",
    "compress",
    "unique",
}  # results as long as their values say
open_blocks: list = []


@contextlib.contextmanager
def crossings():
    """Within this block, a Counter of (what, where): each number that came to the CPU, and the line that asked."""
    found: collections.Counter = collections.Counter()
    open_blocks.append(found)
    try:
        yield found
    finally:
        open_blocks.remove(found)


def crossed(what):
    """Note a crossing, with the innermost function of minigrad's that wanted it."""
    if not open_blocks:
        return
    frame = sys._getframe(2)
    while frame and not frame.f_globals.get("__name__", "").startswith("minigrad"):
        frame = frame.f_back
    place = "a test" if frame is None else f"{frame.f_globals['__name__']}:{frame.f_code.co_name}"
    for found in open_blocks:
        found[what, place] += 1


def crossing(name):
    """The host's method of that name, noted."""

    def cross(self, *args):
        crossed(name)
        return getattr(self._host, name)(*args)

    return cross


class StrictArray(np.lib.mixins.NDArrayOperatorsMixin):
    """An array on a GPU that is not there. Views share memory as NumPy's do."""

    __module__ = "cupy"
    __hash__ = None

    def __init__(self, host, base=None):
        self._host, self.base = host, base

    def __array__(self, *args, **kwargs):
        raise TypeError(
            "Implicit conversion to a NumPy array is not allowed. "
            "Please use `.get()` to construct a NumPy array explicitly"
        )

    def __array_ufunc__(self, ufunc, method, *inputs, out=(), **kwargs):
        name = ufunc.__name__
        if name not in TABLE["ufuncs"] or not all(isinstance(value, KNOWN) for value in inputs):
            return NotImplemented
        if name in COMPARISONS:
            inputs = [x.item() if isinstance(x, np.ndarray) and x.ndim == 0 else x for x in inputs]
        places = np.ndarray if method == "at" else ()
        host = [to_host(value, places if k == 1 else ()) for k, value in enumerate(inputs)]
        types = [getattr(value, "dtype", None) for value in host]
        check_ufunc(ufunc, method, types, kwargs)
        if method != "at":
            check_loops(name, TABLE["ufuncs"][name], types)
        if out:
            kwargs["out"] = tuple(to_host(value) for value in out)
        result = getattr(ufunc, method)(*host, **kwargs)
        return out[0] if len(out) == 1 else to_device(result)

    def __array_function__(self, fun, types, args, kwargs):
        path = f"{fun.__module__}.{fun.__name__}"
        if path not in FUNCTIONS or not all(issubclass(t, KNOWN) for t in types):
            return NotImplemented
        check_call(fun.__name__, FUNCTIONS[path], args, kwargs)
        if not any(isinstance(value, StrictArray) for value in leaves((args, kwargs))):
            given = [
                to_host(a, (np.ndarray, np.generic)) for a in args
            ]  # np.zeros(…, like=array) and its kind
            return to_device(fun(*given, **{key: to_host(value) for key, value in kwargs.items()}))
        check_arguments(fun, args, kwargs, (StrictArray, np.ndarray))
        values = [to_host(a, np.ndarray if k == INDICES.get(path) else ()) for k, a in enumerate(args)]
        result = fun(*values, **{key: to_host(value) for key, value in kwargs.items()})
        if fun.__name__ in TRUTHS:
            return StrictArray(np.asarray(result))
        if fun.__name__ in SIZES:
            crossed("the size of a result")
        return kwargs["out"] if kwargs.get("out") is not None else to_device(result)

    # Reading and writing entries ------------------------------------------------------------------------------

    def __getitem__(self, index):
        return to_device(np.asarray(self._host[host_index(index)]), self)

    def __setitem__(self, index, value):
        if isinstance(value, np.ndarray) and value.ndim:
            raise ValueError("non-scalar numpy.ndarray cannot be used for fill")
        if isinstance(value, (list, tuple)):
            raise TypeError(
                f"float() argument must be a string or a real number, not {type(value).__name__!r}"
            )
        self._host[host_index(index)] = value._host if isinstance(value, StrictArray) else value

    def __len__(self):
        return len(self._host)

    def __iter__(self):
        return (self[k] for k in range(len(self)))

    # Crossings: allowed, but each waits until the GPU has done all that came before --------------------------

    __float__, __int__, __complex__ = crossing("__float__"), crossing("__int__"), crossing("__complex__")
    __bool__, item, tolist, tobytes = (
        crossing("__bool__"),
        crossing("item"),
        crossing("tolist"),
        crossing("tobytes"),
    )
    __repr__, __str__, __format__ = crossing("__repr__"), crossing("__str__"), crossing("__format__")

    def get(self, stream=None, order="C", out=None, blocking=True):
        crossed("get")
        if out is None:
            return np.array(self._host, order=order)
        out[...] = self._host
        return out

    def set(self, source, stream=None):
        if not isinstance(source, np.ndarray):
            raise TypeError("Only numpy.ndarray can be set to cupy.ndarray")
        if (source.shape, source.dtype) != (self.shape, self.dtype):
            raise ValueError(
                f"Shape or dtype mismatch: {source.shape} {source.dtype}, {self.shape} {self.dtype}"
            )
        self._host[...] = source

    def copy(self, order="C"):
        return StrictArray(self._host.copy(order))

    @property
    def flags(self):
        return Flags(self._host)


KNOWN = (StrictArray, np.ndarray, np.generic, int, float, complex, type(None))


class Flags:
    """How an array lies in memory. CuPy's has no `writeable`: every array can be written to."""

    def __init__(self, host):
        self.c_contiguous, self.f_contiguous = host.flags.c_contiguous, host.flags.f_contiguous
        self.owndata = host.flags.owndata


def method(name):
    """NumPy's method of that name, if the call fits CuPy's."""

    def call(self, *args, **kwargs):
        check_call(name, METHODS[name], args, kwargs)
        values = [to_host(a, np.ndarray if name in ("take", "put") else ()) for a in args]
        options = {key: to_host(value) for key, value in kwargs.items()}
        return to_device(getattr(self._host, name)(*values, **options), self)

    call.__name__ = name
    return call


for name_ in TABLE["methods"].keys() - vars(StrictArray).keys():
    if hasattr(np.ndarray, name_):
        setattr(StrictArray, name_, method(name_))
for name_ in ("T", "mT", "shape", "ndim", "size", "dtype", "strides", "nbytes", "itemsize", "real", "imag"):
    assert name_ in TABLE["attributes"]
    setattr(StrictArray, name_, property(lambda self, _n=name_: to_device(getattr(self._host, _n), self)))


def to_device(value, base=None):
    """NumPy's results as arrays of ours; numbers of NumPy's too, for CuPy has none."""
    if isinstance(value, (np.ndarray, np.generic)):
        host = np.asarray(value)
        views = base is not None and np.may_share_memory(host, base._host)
        return StrictArray(host, (base if base.base is None else base.base) if views else None)
    if isinstance(value, (list, tuple)):  # CuPy's tuples have no names
        return (list if isinstance(value, list) else tuple)(map(to_device, value))
    return value


def to_host(value, allowed=()):
    """The host's arrays behind ours. NumPy's own arrays are refused, as CuPy refuses them."""
    if isinstance(value, StrictArray):
        return value._host
    if isinstance(value, np.ndarray) and not isinstance(value, allowed):
        raise TypeError(f"Unsupported type {type(value)}")
    if type(value) in (list, tuple):
        return type(value)(to_host(item, allowed) for item in value)
    return value


def host_index(index):
    """What stands between brackets, for the host's array. Indices of NumPy's are moved by CuPy itself."""
    parts = [
        part._host if isinstance(part, StrictArray) else part
        for part in (index if isinstance(index, tuple) else (index,))
    ]
    if any(getattr(part, "dtype", None) == np.bool_ for part in parts):
        crossed("the size of a mask")
    for part in parts:
        if isinstance(part, list) and any(isinstance(item, StrictArray) for item in part):
            raise TypeError("Implicit conversion to a NumPy array is not allowed.")
    return tuple(parts) if isinstance(index, tuple) else parts[0]


def leaves(value):
    """All that is inside of nested lists, tuples and dictionaries."""
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        yield value
        return
    for item in value:
        yield from leaves(item)
