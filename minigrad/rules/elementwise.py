"""Elementwise rules: each line is the derivative of one NumPy function, times the upstream gradient `g`.

Arguments may broadcast against each other; summing a message back to its argument's shape is the engine's
work (`messages.unbroadcast`), so that the rules stay lines of calculus.

Conventions where a derivative does not exist: |x|' = 0 at 0, and the same for `hypot`, `arctan2` and `angle`
at the origin; `maximum`, `minimum`, `fmax` and `fmin` give half to each of two equal values; `clip` passes the
gradient at its bounds; x⁰ has derivative 0 everywhere; functions with jumps (`mod`, `fmod`, `unwrap`,
`copysign`) have at a jump the derivative beside it; `nan_to_num` passes no gradient where it replaces.
Complex numbers: the lines are the ordinary derivatives, around which the engine conjugates; functions that have
none (abs, real, imag, conj, angle) say `holomorphic=False` and give ∂L/∂Re + i ∂L/∂Im themselves.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minigrad.record import apply, primitive
from minigrad.vjps import defvjp

LN2, LN10, DEGREE = math.log(2), math.log(10), math.pi / 180  # Python floats: they leave float32 as it is


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
    return g * out * np.log(nonzero(x))  # 0ʸ = 0 does not change with y, and log 0 would be -inf


def nonzero(x: Any) -> Any:
    """x, but 1 where x is 0: a denominator for a numerator that is then 0 too."""
    return x + (x == 0)


def finite(x: Any) -> Any:
    """x, but 0 where x is infinite or no number."""
    return np.where(np.isfinite(x), x, 0)


def direction(x: Any) -> Any:
    """x / |x|, and 0 at 0: the sign of a real number, the point on the unit circle of a complex one."""
    return x / nonzero(np.absolute(x)) if x.dtype.kind == "c" else np.sign(x)


def sign_of(y: Any) -> Any:
    """1 or -1, the sign bit of y."""
    return np.copysign(1.0, y)


def to_larger(g: Any, x: Any, y: Any) -> Any:
    """g where x is larger, half of it where both are equal; a number counts as larger than NaN"""
    return g * ((x > y) + (y != y) * (x == x)) + g * (x == y) * 0.5


def within(a: Any, low: Any, high: Any) -> Any:
    """1 where `a` lies between the bounds (None: no bound), else 0."""
    mask: Any = True
    if low is not None:
        mask = mask * (a >= low)
    if high is not None:
        mask = mask * (a <= high)
    return mask


def beyond(a: Any, low: Any, high: Any) -> Any:
    """1 where clipping ends at the upper bound: the value is above it, or the lower bound itself is."""
    return (a > high) if low is None else (a > high) + (low > high)


def either(a: Any, b: Any) -> Any:
    """The bound that was given: `a_min` and `min` are two names of one option."""
    return b if a is None or a is np._NoValue else a


def clip_between(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    """np.clip with both bounds at their positions, however they were given: there they may be Tensors."""
    return apply(np.clip, (a, either(a_min, min), either(a_max, max)))


@primitive
def sinc_derivative(x: Any, order: int) -> Any:
    """The derivative of sinc(x) = sin(πx) / πx of any order; its derivative is the next.

    Differentiating x · sinc(x) = sin(πx) / π n times gives x sₙ + n sₙ₋₁ = πⁿ⁻¹ sin(πx + nπ/2). Near 0, where that
    loses all digits, the Taylor series takes over.
    """
    small = abs(x) < 1
    away, s = np.where(small, 1, x), np.sinc(x)
    for n in range(1, order + 1):
        s = (math.pi ** (n - 1) * np.sin(math.pi * away + n * math.pi / 2) - n * s) / away
    near, t = 0 * x, np.where(small, x, 0)
    for k in range((order + 1) // 2, order // 2 + 16):
        size = (-1) ** k * math.pi ** (2 * k) / (2 * k + 1) / math.factorial(2 * k - order)
        near = near + size * t ** (2 * k - order)
    return np.where(small, near, s)


@primitive
def i0_derivative(x: Any, order: int) -> Any:
    """The derivative of the Bessel function I₀ of any order; its derivative is the next.

    I₀(x) is the mean of exp(x cos θ) over the circle, so its n-th derivative is that of cosⁿθ exp(x cos θ). The mean
    over equally spaced angles converges faster than any power: 128 are enough wherever eˣ is finite.
    """
    cosines = [math.cos(math.pi * (k + 0.5) / 128) for k in range(128)]
    return sum(c**order * np.exp(c * x) for c in cosines) / 128


# fmt: off
# Arithmetic
defvjp(np.add,          lambda g: g,
                        lambda g: g)
defvjp(np.subtract,     lambda g: g,
                        lambda g: -g)
defvjp(np.multiply,     lambda g, y: g * y,
                        lambda g, x: g * x)
defvjp(np.divide,       lambda g, y: g / y,
                        lambda g, out, y: -g * out / y)
defvjp(np.power,        power_x,
                        power_y)
defvjp(np.float_power,  power_x,
                        power_y)
defvjp(np.fmod,         lambda g: g,
                        lambda g, x, y: -g * np.trunc(x / y))
defvjp(np.remainder,    lambda g: g,
                        lambda g, x, y: -g * np.floor_divide(x, y))
defvjp(np.modf,         lambda g: g[0])            # (fraction, whole part): the second is constant
defvjp(np.frexp,        lambda g, x: np.ldexp(g[0], -np.frexp(x)[1]))  # (m, k) with x = m · 2ᵏ: k is constant
defvjp(np.ldexp,        lambda g, y: np.ldexp(g, y),       # x · 2ʸ, y whole
                        None)
defvjp(np.negative,     lambda g: -g)
defvjp(np.positive,     lambda g: g)
defvjp(np.reciprocal,   lambda g, out: -g * out * out)
defvjp(np.square,       lambda g, x: g * 2 * x)
defvjp(np.sqrt,         lambda g, out: g / (2 * out))
defvjp(np.cbrt,         lambda g, out: g / (3 * out * out))

# Exponentials and logarithms
defvjp(np.exp,          lambda g, out: g * out)
defvjp(np.exp2,         lambda g, out: g * out * LN2)
defvjp(np.expm1,        lambda g, out: g * (out + 1))
defvjp(np.log,          lambda g, x: g / x)
defvjp(np.log2,         lambda g, x: g / (x * LN2))
defvjp(np.log10,        lambda g, x: g / (x * LN10))
defvjp(np.log1p,        lambda g, x: g / (x + 1))
defvjp(np.logaddexp,    lambda g, out, x: g * np.exp(x - finite(out)),
                        lambda g, out, y: g * np.exp(y - finite(out)))
defvjp(np.logaddexp2,   lambda g, out, x: g * np.exp2(x - finite(out)),
                        lambda g, out, y: g * np.exp2(y - finite(out)))

# Trigonometry
defvjp(np.sin,          lambda g, x: g * np.cos(x))
defvjp(np.cos,          lambda g, x: -g * np.sin(x))
defvjp(np.tan,          lambda g, out: g * (1 + out * out))
defvjp(np.arcsin,       lambda g, x: g / np.sqrt(1 - x * x))
defvjp(np.arccos,       lambda g, x: -g / np.sqrt(1 - x * x))
defvjp(np.arctan,       lambda g, x: g / (1 + x * x))
defvjp(np.sinh,         lambda g, x: g * np.cosh(x))
defvjp(np.cosh,         lambda g, x: g * np.sinh(x))
defvjp(np.tanh,         lambda g, out: g * (1 - out * out))
defvjp(np.arcsinh,      lambda g, x: g / np.sqrt(x * x + 1))
defvjp(np.arccosh,      lambda g, x: g / (np.sqrt(x - 1) * np.sqrt(x + 1)))
defvjp(np.arctanh,      lambda g, x: g / (1 - x * x))
defvjp(np.hypot,        lambda g, out, x: g * x / nonzero(out),
                        lambda g, out, y: g * y / nonzero(out))
defvjp(np.arctan2,      lambda g, x, y: g * y / nonzero(x * x + y * y),
                        lambda g, x, y: -g * x / nonzero(x * x + y * y))
for to_radians in (np.deg2rad, np.radians):
    defvjp(to_radians,  lambda g: g * DEGREE)
for to_degrees in (np.rad2deg, np.degrees):
    defvjp(to_degrees,  lambda g: g / DEGREE)
defvjp(np.unwrap,       lambda g: g, harmless=("discont", "axis", "period"))
defvjp(np.sinc,         lambda g, x: g * sinc_derivative(x, 1), elementwise=True)
defvjp(sinc_derivative, lambda g, x, order: g * sinc_derivative(x, order + 1), elementwise=True)
defvjp(np.i0,           lambda g, x: g * i0_derivative(x, 1), elementwise=True)
defvjp(i0_derivative,   lambda g, x, order: g * i0_derivative(x, order + 1), elementwise=True)

# Choosing between values
defvjp(np.maximum,      lambda g, x, y: g * (x > y) + g * (x == y) * 0.5,
                        lambda g, x, y: g * (x < y) + g * (x == y) * 0.5)
defvjp(np.minimum,      lambda g, x, y: g * (x < y) + g * (x == y) * 0.5,
                        lambda g, x, y: g * (x > y) + g * (x == y) * 0.5)
defvjp(np.fmax,         lambda g, x, y: to_larger(g, x, y),
                        lambda g, x, y: to_larger(g, y, x))
defvjp(np.fmin,         lambda g, x, y: to_larger(g, -x, -y),
                        lambda g, x, y: to_larger(g, -y, -x))
defvjp(np.where,        None,
                        lambda g, condition: g * (condition != 0),
                        lambda g, condition: g * (condition == 0),
       elementwise=True, names={"condition": None, "x": None, "y": None})
defvjp(np.clip,         lambda g, a, a_min, a_max, min, max: g * within(a, either(a_min, min), either(a_max, max)),
                        lambda g, a, a_min, a_max: g * (a < a_min) * within(a_min, None, a_max),
                        lambda g, a, a_min, a_max: g * beyond(a, a_min, a_max),
       elementwise=True, names={"a": None, "a_min": None, "a_max": None, "out": None, "min": None, "max": None})
defvjp(np.nan_to_num,   lambda g, x: g * np.isfinite(x), harmless=("copy", "nan", "posinf", "neginf"))

# Magnitude, sign, and the parts of complex numbers
defvjp(np.absolute,     lambda g, x: g * direction(x), holomorphic=False)
defvjp(np.fabs,         lambda g, x: g * np.sign(x))
defvjp(np.copysign,     lambda g, x, y: g * np.sign(x) * sign_of(y),
                        None)
defvjp(np.conjugate,    lambda g: np.conj(g), holomorphic=False)
defvjp(np.real,         lambda g: g, holomorphic=False)
defvjp(np.imag,         lambda g: g * 1j, holomorphic=False)
defvjp(np.angle,        lambda g, z, deg: g * (1 / DEGREE if deg else 1) * 1j * z / nonzero(np.square(np.absolute(z))),
       holomorphic=False)
defvjp(np.real_if_close, lambda g: g, holomorphic=False, harmless=("tol",))
# fmt: on
