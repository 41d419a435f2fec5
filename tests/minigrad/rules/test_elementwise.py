"""Elementwise rules at orders 1 and 2 against finite differences: one line per function, over shapes and domains."""

import numpy as np
import pytest

import minigrad as mg
from tests.minigrad.rules.probing import check, complex_of, draw
from tests.minigrad.rules.samples import check_double, gradient

UNARY = {  # function -> the interval it is tested on
    np.negative: (-2, 2), np.positive: (-2, 2), np.square: (-2, 2), np.sqrt: (0.5, 2), np.cbrt: (0.5, 2),
    np.reciprocal: (0.5, 2), np.exp: (-2, 2), np.exp2: (-2, 2), np.expm1: (-2, 2), np.log: (0.5, 2),
    np.log2: (0.5, 2), np.log10: (0.5, 2), np.log1p: (-0.5, 2), np.sin: (-2, 2), np.cos: (-2, 2), np.tan: (-1, 1),
    np.arcsin: (-0.8, 0.8), np.arccos: (-0.8, 0.8), np.arctan: (-2, 2), np.sinh: (-2, 2), np.cosh: (-2, 2),
    np.tanh: (-2, 2), np.arcsinh: (-2, 2), np.arccosh: (1.5, 3), np.arctanh: (-0.8, 0.8), np.deg2rad: (-2, 2),
    np.radians: (-2, 2), np.rad2deg: (-2, 2), np.degrees: (-2, 2), np.absolute: (0.5, 2), np.fabs: (-2, -0.5),
    np.nan_to_num: (-2, 2), np.real_if_close: (-2, 2), np.real: (-2, 2), np.conjugate: (-2, 2), np.sinc: (-2, 2),
    np.i0: (0.5, 3),
}  # fmt: skip
BINARY = {
    np.add: (-2, 2), np.subtract: (-2, 2), np.multiply: (-2, 2), np.divide: (0.5, 2), np.power: (0.5, 2),
    np.maximum: (-2, 2), np.minimum: (-2, 2), np.fmax: (-2, 2), np.fmin: (-2, 2), np.hypot: (0.5, 2),
    np.arctan2: (0.5, 2), np.logaddexp: (-2, 2), np.logaddexp2: (-2, 2), np.copysign: (0.5, 2),
}  # fmt: skip
SHAPES = [(), (1,), (3,), (2, 3), (2, 1, 3), (0,), (2, 0)]
BROADCASTS = [((), (3,)), ((3,), (2, 3)), ((2, 1), (1, 3)), ((1,), ()), ((2, 1, 3), (4, 1)), ((0, 3), (3,)),
              ((2, 3), (2, 3))]  # fmt: skip
SMOOTH = [fn for fn in BINARY if fn not in (np.maximum, np.minimum, np.fmax, np.fmin, np.copysign)]


def single(*values):
    """Constants in single precision, which lift nothing to double."""
    return np.array(values, np.float32)


X = np.array([[-1.7, 0.3, 1.1], [2.6, -0.4, 0.8]])
CALLS = {
    "where": lambda x: np.where(np.array([True, False, True]), x, 2 * x),
    "where of scalars": lambda x: np.where(np.array([[True], [False]]), x, 3.0),
    "clip": lambda x: np.clip(x, -1.03, 1.03),
    "clip below": lambda x: np.clip(x, -1.03, None),
    "clip above": lambda x: np.clip(x, None, 1.03),
    "clip by one per column": lambda x: np.clip(x, single(-1, 0, 1), 2.0),
    "mod": lambda x: np.mod(x, 0.7),
    "remainder of a negative": lambda x: np.remainder(x, -0.7),
    "fmod": lambda x: np.fmod(x, 0.7),
    "operator %": lambda x: np.mod(x, 1.0),
    "ldexp": lambda x: np.ldexp(x, np.array([1, -2, 0])),
    "modf": lambda x: np.modf(x)[0],
    "modf, both": np.modf,
    "frexp": lambda x: np.frexp(x)[0],
    "copysign": lambda x: np.copysign(x, single(1, -1, -2)),
    "copysign of a constant": lambda x: np.copysign(3.0, x) * x,
    "unwrap": lambda x: np.unwrap(3 * x, axis=1),
    "nan_to_num": lambda x: np.nan_to_num(x / single(1, np.inf, 2), nan=3.0),
    "sinc near 0": lambda x: np.sinc(x / 100),
    "sinc thrice": lambda x: np.sinc(np.sinc(x)),
    "i0": lambda x: np.i0(x),
    "angle": lambda x: np.angle(x + 1j),
    "angle in degrees": lambda x: np.angle(x + 1j, deg=True) / 60,
    "imag": lambda x: np.imag(x * (1 + 2j)),
}  # fmt: skip
TWO = {  # functions of two arguments that are not smooth everywhere, at places where they are
    "mod": (np.mod, [1.3, -2.2, 5.1], [0.7, 0.9, -1.1]),
    "fmod": (np.fmod, [1.3, -2.2, 5.1], [0.7, 0.9, -1.1]),
    "arctan2": (np.arctan2, [1.0, -1.0, 0.0, 2.0], [-1.0, -1.0, 1.0, 0.0]),
    "hypot": (np.hypot, [0.0, -1.0], [2.0, 0.0]),
    "fmax": (np.fmax, [1.0, -1.0], [0.5, 2.0]),
    "where": (lambda x, y: np.where(np.array([[True], [False]]), x, y), [1.0, 2.0], [3.0]),
    "clip": (lambda x, y: np.clip(x, y, 1.5), [1.0, 2.0, -3.0], [-1.0]),
    "clip, two bounds": (lambda x, y: np.clip(x, -0.5, y), [1.0, 2.0, -3.0], [1.5]),
}
HOLOMORPHIC = [np.exp, np.exp2, np.expm1, np.log, np.log2, np.log10, np.log1p, np.sin, np.cos, np.tan, np.arcsin,
               np.arccos, np.arctan, np.sinh, np.cosh, np.tanh, np.arcsinh, np.arccosh, np.arctanh, np.sqrt, np.square,
               np.reciprocal, np.negative, np.positive, np.conjugate, np.absolute, np.angle, np.real, np.imag, np.sinc,
               np.real_if_close]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("fn", UNARY, ids=lambda f: f.__name__)
def test_elementwise(fn, shape):
    if fn is np.i0 and 0 in shape:
        pytest.skip("NumPy's own i0 fails on arrays without entries")
    low, high = UNARY[fn]
    check(fn, *draw(shape, low=low, high=high))


@pytest.mark.parametrize("shapes", BROADCASTS, ids=str)
@pytest.mark.parametrize("fn", BINARY, ids=lambda f: f.__name__)
def test_elementwise_of_two_with_broadcasting(fn, shapes):
    low, high = BINARY[fn]
    check(fn, *draw(*shapes, low=low, high=high))


@pytest.mark.parametrize("shapes", BROADCASTS, ids=str)
def test_float_power_computes_in_double_precision(shapes):
    check_double(np.float_power, *draw(*shapes, low=0.5, high=2))


@pytest.mark.parametrize("fn", SMOOTH, ids=lambda f: f.__name__)
def test_the_same_argument_twice(fn):
    low, high = BINARY[fn]
    check(lambda x: fn(x, x), *draw((2, 3), low=low, high=high))


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_calls_with_options(call):
    check(call, X)


@pytest.mark.parametrize(("fn", "x", "y"), TWO.values(), ids=TWO)
def test_functions_of_two(fn, x, y):
    check(fn, x, y)


@pytest.mark.skipif(
    np.lib.NumpyVersion(np.__version__) < "2.1.0", reason="clip has min= and max= from NumPy 2.1"
)
def test_clip_by_keywords():
    check(lambda x: np.clip(x, min=-1.03, max=1.03), X)
    check(lambda x: np.clip(x, max=1.03), X)


@pytest.mark.parametrize("fn", HOLOMORPHIC, ids=lambda f: f.__name__)
def test_complex(fn):
    """Both real derivatives of a complex number, away from every branch cut."""
    check(lambda x: fn(complex_of(x) + (0.3 + 0.4j)), *draw((6,), low=0.1, high=0.9))


@pytest.mark.parametrize(
    "fn", [np.add, np.subtract, np.multiply, np.divide, np.power], ids=lambda f: f.__name__
)
def test_complex_arithmetic(fn):
    check(lambda x, y: fn(complex_of(x) + 1, complex_of(y) + 1), *draw((4,), (4,), low=0.1, high=0.9))
    check(lambda x, y: fn(complex_of(x) + 1, y), *draw((4,), (2,), low=0.1, high=0.9))


@pytest.mark.parametrize("exponent", [0, 0.0, 1, 2, 3, -1, 0.5])
def test_power_with_a_constant_exponent(exponent):
    check(lambda x: x**exponent, *draw((3,), low=0.5))


def test_power_at_zero_has_a_derivative_where_there_is_one():
    np.testing.assert_array_equal(
        gradient(lambda x: (x ** np.array([0.0, 1.0, 2.0])).sum(), [0.0, 0.0, 0.0]), [0, 1, 0]
    )
    assert gradient(lambda y: 0.0**y, 2.0) == 0


def test_sinc_has_all_derivatives_at_zero():
    """sinc = 1 - (πx)²/6 + (πx)⁴/120 - …"""
    x = mg.tensor(0.0, requires_grad=True)
    y, found = np.sinc(x), []
    for _ in range(4):
        (y,) = mg.grad(y, x, create_graph=True)
        found.append(y.item())
    np.testing.assert_allclose(found, [0, -(np.pi**2) / 3, 0, np.pi**4 / 5], atol=1e-12)


def test_i0_from_tiny_to_huge():
    x = np.array([0.0, 1e-3, 1.0, 20.0, 300.0, 700.0])
    i1 = gradient(lambda x: np.i0(x).sum(), x)
    np.testing.assert_allclose(i1[:3], [0, 0.0005000000625, 0.5651591039924851], rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(i1[3:] / np.i0(x[3:]), 1 - 1 / (2 * x[3:]) - 1 / (8 * x[3:] ** 2), rtol=1e-4)


def test_conventions_at_ties_and_kinks():
    """½ each for two equal values; |·|′(0) = 0; nothing at the origin; clip passes at its bounds; numbers beat NaN."""
    for fn in (np.maximum, np.minimum, np.fmax, np.fmin):
        x, y = mg.tensor([1.0], requires_grad=True), mg.tensor([1.0], requires_grad=True)
        fn(x, y).sum().backward()
        assert (x.grad.item(), y.grad.item()) == (0.5, 0.5)
    for fn in (np.absolute, np.fabs, mg.relu, lambda x: np.hypot(x, 0.0), lambda x: np.arctan2(x, 0.0),
               lambda x: np.angle(x * (1 + 1j)), lambda x: np.abs(x * (1 + 1j))):  # fmt: skip
        assert gradient(lambda x, fn=fn: fn(x).sum(), [0.0]) == 0
    np.testing.assert_array_equal(gradient(lambda x: np.clip(x, -1, 1).sum(), [-1.0, 0.0, 1.0]), [1, 1, 1])
    for fn in (np.fmax, np.fmin):
        np.testing.assert_array_equal(
            gradient(lambda x, fn=fn: fn(x, single(np.nan, 5)).sum(), [1.0, np.nan]), [1, 0]
        )
    np.testing.assert_array_equal(
        gradient(lambda x: np.nan_to_num(x).sum(), [1.0, np.nan, np.inf]), [1, 0, 0]
    )


def test_logaddexp_of_nothing_at_all():
    """log(0 + 0) = -∞ has gradient 0, not NaN: so a padded probability stays silent."""
    x = mg.tensor([-np.inf, -np.inf, 0.0], requires_grad=True)
    out = np.logaddexp(x, np.array([-np.inf, 0.0, -np.inf]))
    (g,) = mg.grad(out, x, np.ones(3))
    np.testing.assert_array_equal(g, [0, 0, 1])


@pytest.mark.parametrize(
    "name", ["acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "pow", "abs", "conj"]
)
def test_the_new_names_are_the_old_functions(name):
    from minigrad.vjps import rulebook

    if hasattr(np, name):
        assert getattr(np, name) in rulebook
