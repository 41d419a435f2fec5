"""Constants of a program, compared by what they hold.

With this module, one can
- tell whether two are equal:     content(a) == content(b)
- find equal ones quickly:        key(a), the same for equal constants

0.0 and -0.0 differ here, 1 and 1.0 and True too, and NaN equals NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad.device import of, to_cpu


def content(a: Any) -> Any:
    """A hashable form of a constant that is equal for equal constants, however large.

    Example:
        >>> content([1, 2.0]) == content([1, 2.0]), content([0.0]) == content([-0.0])
        (True, False)
    """
    return flattened(
        a, array_content, lambda a: array_content(to_cpu(a)) if of(a) == "cuda" else type(a).__qualname__
    )


def key(a: Any) -> Any:
    """As `content`, but large arrays, and objects of other kinds, equal only themselves: that is quick.

    Example:
        >>> x = np.zeros(100)
        >>> key(x) == key(x), key(x) == key(x.copy())
        (True, False)
    """
    return flattened(a, lambda a: array_content(a) if a.size <= 16 else id(a), id)


def array_content(a: Any) -> tuple:
    """Shape, dtype and bytes."""
    return a.shape, a.dtype.str, a.tobytes()


def flattened(a: Any, array: Callable, other: Callable) -> Any:
    """Nested tuples, lists and dictionaries as tuples, down to what `array` and `other` make of the rest."""
    if isinstance(a, (np.ndarray, np.generic)):
        return array(a)
    if isinstance(a, (tuple, list)):
        return (type(a).__name__, *[flattened(part, array, other) for part in a])
    if isinstance(a, dict):
        return tuple([(name, flattened(part, array, other)) for name, part in sorted(a.items())])
    if isinstance(a, slice):
        return ("slice", *[flattened(part, array, other) for part in (a.start, a.stop, a.step)])
    if a is None or isinstance(a, (bool, int, float, complex, str)):
        return (type(a).__name__, repr(a))
    return ("object", other(a))
