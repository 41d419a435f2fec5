"""NumPy and CuPy behind one word: "cpu" or "cuda".

The engine and its rules never name CuPy. Its arrays obey the same protocols as NumPy's, so a rule that calls
`np.tanh(x)` runs wherever x lives. Only the crossing between the two is written here.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.errors import UsageError

DEVICES = ("cpu", "cuda")


def is_available() -> bool:
    """Whether CuPy is installed and finds a GPU. Never raises: CuPy imports without a driver and fails later."""
    try:
        import cupy

        return cupy.cuda.runtime.getDeviceCount() > 0
    except Exception:  # ImportError, or whatever CUDA says where there is no driver
        return False


def check(name: str) -> None:
    """Refuse an unknown device, or "cuda" where there is none, with one sentence."""
    if name not in DEVICES:
        raise UsageError(f"There is no device {name!r}; minigrad knows {' and '.join(DEVICES)}.")
    if name == "cuda" and not is_available():
        raise UsageError(
            'device="cuda" needs an NVIDIA GPU with its driver, and CuPy: install minigrad-toolkit[cuda12] or '
            'minigrad-toolkit[cuda13], whichever your driver supports. Without one, device="cpu" does the same.'
        )


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
