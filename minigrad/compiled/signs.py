"""Minus signs, carried along instead of computed: half of the rules with a minus need no pass over the data for it.

With this module, one can
- move a sign out of a call:     unsigned(np.multiply, (Minus(x), y)) -> np.multiply, (x, y), True

-(g) * x is -(g * x), and a + -(b) is a - b, to the last bit: rounding is symmetric. Where that is not so, as in
-(a) + -(b), which may end in another zero than -(a + b), the sign is computed after all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


class Minus:
    """The negative of a value that is known without its sign."""

    __slots__ = ("of",)

    def __init__(self, of: Any) -> None:
        self.of = of


def unsigned(fun: Callable, args: tuple) -> tuple[Callable, tuple, bool] | None:
    """The same call without signs in its arguments, and whether its result is to get one.

    Args:
        fun: the function.
        args: its arguments, a `Minus` among them.

    Returns:
        function, arguments, sign; or None, where the sign has to be computed.

    Example:
        >>> fun, args, sign = unsigned(np.add, ("a", Minus("b")))
        >>> fun.__name__, args, sign
        ('subtract', ('a', 'b'), False)
    """
    x, y = (a.of if isinstance(a, Minus) else a for a in args) if len(args) == 2 else (None, None)
    signs = [isinstance(a, Minus) for a in args]
    if fun is np.multiply or fun is np.divide:
        return fun, (x, y), signs[0] != signs[1]
    if fun is np.add and signs == [False, True]:
        return np.subtract, (x, y), False
    if fun is np.add and signs == [True, False]:
        return np.subtract, (y, x), False
    if fun is np.subtract and signs == [False, True]:
        return np.add, (x, y), False
    if fun is np.subtract and signs == [True, True]:
        return np.subtract, (y, x), False
    return None
