"""Elementwise rules: each line is the derivative of one NumPy function, times the upstream gradient `g`.

Arguments may broadcast against each other; summing a message back to its argument's shape is the engine's
work (`backprop.unbroadcast`), so that the rules stay lines of calculus.

Conventions where a derivative does not exist: |x|' = 0 at 0; `maximum` and `minimum` give half to each of two
equal values; `clip` passes the gradient at its bounds; x⁰ has derivative 0 everywhere.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.vjps import defvjp


def one_less(y: Any) -> Any:
    """The exponent y - 1, but 1 where y is 0: there the factor y makes the derivative 0, never 0 · 1/0."""
    if isinstance(y, (int, float)):
        return y - 1 if y != 0 else 1
    return y - (y != 0) + (y == 0)


def power_x(g: Any, x: Any, y: Any) -> Any:
    """g * y * x ** (y - 1)"""
    return g * y * x ** one_less(y)


def power_y(g: Any, out: Any, x: Any) -> Any:
    """g * out * ln(x)"""
    return g * out * np.log(positive(x))


def positive(x: Any) -> Any:
    """x, but 1 where x is 0: 0ʸ = 0 does not change with y, and log would be -inf."""
    return x + (x == 0)


def within(a: Any, low: Any, high: Any) -> Any:
    """1 where `a` lies between the bounds (None: no bound), else 0."""
    mask: Any = True
    if low is not None:
        mask = mask * (a >= low)
    if high is not None:
        mask = mask * (a <= high)
    return mask


# fmt: off
defvjp(np.add,        lambda g: g,
                      lambda g: g)
defvjp(np.subtract,   lambda g: g,
                      lambda g: -g)
defvjp(np.multiply,   lambda g, y: g * y,
                      lambda g, x: g * x)
defvjp(np.divide,     lambda g, y: g / y,
                      lambda g, out, y: -g * out / y)
defvjp(np.power,      power_x,
                      power_y)
defvjp(np.maximum,    lambda g, x, y: g * (x > y) + g * (x == y) * 0.5,
                      lambda g, x, y: g * (x < y) + g * (x == y) * 0.5)
defvjp(np.minimum,    lambda g, x, y: g * (x < y) + g * (x == y) * 0.5,
                      lambda g, x, y: g * (x > y) + g * (x == y) * 0.5)

defvjp(np.negative,   lambda g: -g)
defvjp(np.absolute,   lambda g, x: g * np.sign(x))
defvjp(np.square,     lambda g, x: g * 2 * x)
defvjp(np.sqrt,       lambda g, out: g / (2 * out))
defvjp(np.reciprocal, lambda g, out: -g * out * out)
defvjp(np.exp,        lambda g, out: g * out)
defvjp(np.expm1,      lambda g, out: g * (out + 1))
defvjp(np.log,        lambda g, x: g / x)
defvjp(np.log1p,      lambda g, x: g / (x + 1))
defvjp(np.sin,        lambda g, x: g * np.cos(x))
defvjp(np.cos,        lambda g, x: -g * np.sin(x))
defvjp(np.tan,        lambda g, out: g * (1 + out * out))
defvjp(np.arctan,     lambda g, x: g / (1 + x * x))
defvjp(np.sinh,       lambda g, x: g * np.cosh(x))
defvjp(np.cosh,       lambda g, x: g * np.sinh(x))
defvjp(np.tanh,       lambda g, out: g * (1 - out * out))

defvjp(np.where,      None,
                      lambda g, condition: g * (condition != 0),
                      lambda g, condition: g * (condition == 0),
       elementwise=True, names={"condition": None, "x": None, "y": None})
defvjp(np.clip,       lambda g, a, a_min, a_max: g * within(a, a_min, a_max),
                      lambda g, a, a_min: g * (a < a_min),
                      lambda g, a, a_max: g * (a > a_max),
       elementwise=True, names={"a": None, "a_min": None, "a_max": None})
# fmt: on
