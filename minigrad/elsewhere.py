"""What to say when a function of NumPy's does not run on a GPU, and what to write instead.

With this module, one can
- turn CuPy's error into a sentence:   refusal(error, np.linalg.trace, values)

CuPy has nearly all of NumPy; what it lacks are mostly the younger functions and options. Nothing is moved to the CPU
behind the user's back to get around that: of a copy back and forth in every step of a training one wants to know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from minigrad import device as devices
from minigrad.errors import UsageError

# The functions with a derivative that CuPy (14) does not have, and what does the same.
INSTEAD = {
    "np.block": "np.concatenate, once per axis",
    "np.geomspace": "np.exp(np.linspace(np.log(a), np.log(b), n))",
    "np.insert": "np.concatenate([x[:k], values, x[k:]])",
    "np.linalg.diagonal": "np.diagonal(x, axis1=-2, axis2=-1)",
    "np.linalg.matrix_norm": "np.linalg.norm(x, ord, axis=(-2, -1))",
    "np.linalg.multi_dot": "a @ b @ c",
    "np.linalg.outer": "np.outer(x, y)",
    "np.linalg.svdvals": "np.linalg.svd(x, compute_uv=False)",
    "np.linalg.tensordot": "np.tensordot(a, b, axes)",
    "np.linalg.trace": "np.trace(x, axis1=-2, axis2=-1)",
    "np.linalg.vecdot": "np.sum(np.conj(x) * y, axis)",
    "np.linalg.vector_norm": "np.linalg.norm(x, ord, axis)",
    "np.matvec": "(a @ x[..., None])[..., 0]",
    "np.nanpercentile": "np.percentile(x[~np.isnan(x)], q)",
    "np.nanquantile": "np.quantile(x[~np.isnan(x)], q)",
    "np.polyder": "the coefficients times their powers",
    "np.polyint": "the coefficients divided by their powers",
    "np.unstack": "x[0], x[1] and so on",
    "np.vecdot": "np.sum(np.conj(x) * y, axis=-1)",
    "np.vecmat": "(np.conj(x)[..., None, :] @ a)[..., 0, :]",
}
OPTIONS = {
    "where": "Put in what does not count first, np.where(mask, x, 0)",
    "initial": "Take it in afterwards, np.maximum(y, initial)",
    "mode": "Bring the indices into range first, k % n",
    "min": "Write np.clip(x, low, high)",
    "max": "Write np.clip(x, low, high)",
}


def refusal(error: Exception, fun: Callable, values: Sequence[Any]) -> Exception | None:
    """The error of a call on a GPU in words that help; None if it has nothing to do with the GPU.

    Args:
        error: what CuPy, or NumPy in its place, raised.
        fun: the function that was called.
        values: its arguments.

    Example:
        >>> import numpy as np
        >>> refusal(ValueError("shapes do not fit"), np.add, [np.ones(2), np.ones(3)]) is None
        True
    """
    if not any(devices.of(value) == "cuda" for value in values):
        return None
    name = called(fun)
    if memory(error):
        return MemoryError(
            f"{name} found no more memory on the GPU: {error} Take smaller batches, drop what is no longer needed, or "
            f"give back what CuPy keeps: mg.cuda.empty_cache()."
        )
    if isinstance(error, ImportError) or type(error).__module__.startswith("cuda."):
        return UsageError(
            f"{name} needs CUDA's libraries beside CuPy, and one of them is missing here ({first_line(error)}). "
            f'Install them with: pip install "cupy-cuda12x[ctk]", or cupy-cuda13x, whichever you have.'
        )
    if not isinstance(error, (TypeError, AttributeError)):
        return None
    text, move = str(error), 'move first: x.to("cpu").'
    if "'list' object has no attribute" in text:
        return TypeError(
            f'{name} of a list does not run on device "cuda": CuPy takes arrays there. '
            f'Write mg.tensor([…], device="cuda").'
        )
    lacks = re.search(r"no implementation found for 'numpy\.([\w.]+)'|<ufunc '(\w+)'>", text)
    if lacks and ("no implementation found" in text or "returned NotImplemented" in text):
        name = f"np.{lacks[1] or lacks[2]}"
        hint = f"Write {INSTEAD[name]}, or {move}" if name in INSTEAD else move.capitalize()
        return TypeError(f'{name} does not run on device "cuda": CuPy has no such function. {hint}')
    option = re.search(r"unexpected keyword argument '(\w+)'", text)
    if option and name.startswith("np."):
        hint = f"{OPTIONS[option[1]]}; or {move}" if option[1] in OPTIONS else move.capitalize()
        return TypeError(
            f'{name}(…, {option[1]}=…) does not run on device "cuda": CuPy\'s {fun.__name__} has no such option. {hint}'
        )
    return None


def called(fun: Callable) -> str:
    """How a user writes the function: np.linalg.trace, or the bare name of one that is not NumPy's."""
    from minigrad.definitions import numpy_name
    from minigrad.node import function_name

    return numpy_name(fun) or function_name(fun)


def memory(error: Exception) -> bool:
    """Whether the GPU's memory is full. CuPy's own class for that cannot be named without CuPy."""
    return type(error).__name__ == "OutOfMemoryError"


def first_line(error: Exception) -> str:
    """The beginning of a long message."""
    return str(error).partition("\n")[0][:120].rstrip(".")
