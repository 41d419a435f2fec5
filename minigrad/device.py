"""NumPy and CuPy behind one word: "cpu" or "cuda". Users know this module as `mg.cuda`.

With this module, one can
- look for a GPU:               mg.cuda.is_available(), mg.cuda.device_count(), mg.cuda.name()
- see what it holds, in bytes:  mg.cuda.memory_allocated(), mg.cuda.memory_reserved(), mg.cuda.empty_cache()
- wait until it has finished:   mg.cuda.synchronize()

The engine and its rules never name CuPy. Its arrays obey the same protocols as NumPy's, so a rule that calls
`np.tanh(x)` runs wherever x lives. Only the crossing between the two is written here.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.errors import UsageError

DEVICES = ("cpu", "cuda")


def is_available() -> bool:
    """Whether CuPy is installed and finds a GPU. Never raises: CuPy imports without a driver and fails later.

    Example:
        >>> import minigrad as mg
        >>> mg.cuda.is_available() == (mg.cuda.device_count() > 0)
        True
    """
    return device_count() > 0


def device_count() -> int:
    """How many GPUs CuPy finds; 0 where there are none, no driver, or no CuPy. Never raises."""
    return _found()[0]


def name(index: int = 0) -> str:
    """What the maker calls the GPU, e.g. "NVIDIA H200".

    Raises:
        UsageError: there is no GPU of this number.
    """
    cupy = _cupy("mg.cuda.name()")
    if not 0 <= index < device_count():
        raise UsageError(
            f"There is no GPU number {index}; this machine has {device_count()}, counted from 0."
        )
    return cupy.cuda.runtime.getDeviceProperties(index)["name"].decode()


def memory_allocated() -> int:
    """How many bytes of the GPU's memory hold arrays, of minigrad's and of all others that came from CuPy's pool.

    Raises:
        UsageError: there is no GPU.
    """
    return _cupy("mg.cuda.memory_allocated()").get_default_memory_pool().used_bytes()


def memory_reserved() -> int:
    """How many bytes CuPy's pool has taken from the GPU: those in use, and those kept for the next arrays.

    Raises:
        UsageError: there is no GPU.
    """
    return _cupy("mg.cuda.memory_reserved()").get_default_memory_pool().total_bytes()


def empty_cache() -> None:
    """Give back to the GPU what CuPy's pool keeps without using it. Arrays stay as they are.

    Raises:
        UsageError: there is no GPU.
    """
    _cupy("mg.cuda.empty_cache()").get_default_memory_pool().free_all_blocks()


def synchronize() -> None:
    """Wait until the GPU has done all that it was told. Calls return before that; a clock must not.

    Raises:
        UsageError: there is no GPU.
    """
    _cupy("mg.cuda.synchronize()").cuda.runtime.deviceSynchronize()


def _found() -> tuple[int, str]:
    """The number of GPUs, and what is missing if there are none."""
    try:
        import cupy
    except ImportError:
        return 0, "CuPy is not installed"
    except Exception:  # two CuPys beside each other, or one that does not fit NumPy
        return 0, "CuPy is installed, but cannot be imported"
    try:
        count = cupy.cuda.runtime.getDeviceCount()
    except Exception:  # whatever CUDA says where there is no driver, or an old one
        return 0, "CuPy is installed, but finds no driver that it can use"
    return count, "" if count else "CuPy is installed, but finds no GPU"


def _cupy(what: str) -> Any:
    """The module CuPy; or one sentence that says what `what` needs."""
    if not is_available():
        raise UsageError(
            f"{what} needs an NVIDIA GPU with its driver, and CuPy: install minigrad-toolkit[cuda12] or "
            f"minigrad-toolkit[cuda13], whichever your driver supports ({_found()[1]}). "
            f'Without one, device="cpu" does the same.'
        )
    import cupy

    return cupy


def check(name: str) -> None:
    """Refuse an unknown device, or "cuda" where there is none, with one sentence."""
    if name not in DEVICES:
        raise UsageError(f"There is no device {name!r}; minigrad knows {' and '.join(DEVICES)}.")
    if name == "cuda":
        _cupy('device="cuda"')


def of(array: Any) -> str:
    """Where an array lives."""
    if type(array) is np.ndarray:  # asked for every parameter of every step, so the usual answer comes first
        return "cpu"
    return "cuda" if type(array).__module__.partition(".")[0] == "cupy" else "cpu"


def to_cpu(array: Any) -> Any:
    """The array as a NumPy array (or NumPy number)."""
    return array.get() if of(array) == "cuda" else array


def transfer(x: Any, target: str) -> Any:
    """The array `x` on the device `target`."""
    if target == of(x):
        return x
    if target == "cpu":
        return x.get()
    import cupy

    return cupy.asarray(x)


def as_array(data: Any, dtype: Any, name: str | None) -> Any:
    """A new array of numbers made from `data`, on the device `name` (None: where the data is).

    Raises:
        ValueError: the rows differ in length, or there is something that is no number.
    """
    if name is not None:
        check(name)
    data = getattr(data, "_data", data)
    if of(data) == "cuda":
        array = data.astype(dtype or data.dtype, copy=True)
    else:
        try:
            array = np.array(data, dtype=dtype)
        except ValueError as error:
            raise ValueError(f"These data do not make one array of numbers: {error}") from None
    if array.dtype.kind not in "biufc":
        raise ValueError(
            f"A Tensor holds numbers; these data make an array of {array.dtype} "
            f"({type(data).__name__} {str(data)[:40]!r})."
        )
    return array if name is None else transfer(array, name)
