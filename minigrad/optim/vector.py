"""All parameters as one vector: for searches without gradients, and for walks through a loss landscape."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from minigrad import device as devices
from minigrad.tensor import Tensor


def parameters_to_vector(parameters: Iterable[Tensor]) -> Any:
    """The entries of all parameters, one after the other, in one new array on the CPU.

    Example:
        >>> import minigrad as mg
        >>> parameters_to_vector([mg.Parameter([[1.0, 2.0]]), mg.Parameter(3.0)])
        array([1., 2., 3.])
    """
    return np.concatenate([np.reshape(devices.to_cpu(p.data), -1) for p in parameters])


def vector_to_parameters(vector: Any, parameters: Iterable[Tensor]) -> None:
    """Give all parameters new data, cut from one vector: the inverse of `parameters_to_vector`.

    Each parameter keeps its shape, dtype and device.

    Raises:
        ValueError: the vector has more or fewer entries than the parameters.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> w, b = mg.Parameter([[1.0, 2.0]]), mg.Parameter(3.0)
        >>> vector_to_parameters(np.array([4.0, 5.0, 6.0]), [w, b])
        >>> w.data, b.item()
        (array([[4., 5.]]), 6.0)
    """
    parameters = list(parameters)
    size = sum(p.size for p in parameters)
    if np.shape(vector) != (size,):
        raise ValueError(f"The parameters have {size} entries; the vector has shape {np.shape(vector)}.")
    start = 0
    for p in parameters:
        part = np.reshape(vector[start : start + p.size], p.shape)
        p.data = devices.as_array(part, p.dtype, p.device)
        start += p.size
