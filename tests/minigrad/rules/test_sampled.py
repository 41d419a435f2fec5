"""Differences, integrals, interpolation, polynomials and ranges at orders 1 and 2: one line per function and option."""

import numpy as np
import pytest

from tests.minigrad.rules.probing import check, complex_of, draw
from tests.minigrad.rules.samples import apart, check_double, gradient

UNEVEN = np.array([0.0, 1.0, 3.0, 3.5], np.float32)
CALLS = {  # each on an array of shape (3, 4)
    "diff": np.diff,
    "diff of rows": lambda x: np.diff(x, axis=0),
    "diff twice": lambda x: np.diff(x, 2),
    "diff three times": lambda x: np.diff(x, n=3, axis=1),
    "diff until nothing is left": lambda x: np.diff(x, 3, axis=0),
    "diff, prepend": lambda x: np.diff(x, prepend=np.float32(0)),
    "diff, append": lambda x: np.diff(x, 2, append=np.zeros((3, 2), np.float32)),
    "ediff1d": np.ediff1d,
    "ediff1d, ends": lambda x: np.ediff1d(x, to_end=np.float32([1, 2]), to_begin=np.float32(3)),
    "gradient": np.gradient,
    "gradient of an axis": lambda x: np.gradient(x, axis=1),
    "gradient, one spacing": lambda x: np.gradient(x, 0.5),
    "gradient, spacings": lambda x: np.gradient(x, 0.5, 2.0),
    "gradient, coordinates": lambda x: np.gradient(x, UNEVEN, axis=1),
    "gradient, both": lambda x: np.gradient(x, 0.5, UNEVEN),
    "gradient, second order": lambda x: np.gradient(x, 2.0, edge_order=2),
    "gradient, uneven second order": lambda x: np.gradient(x, UNEVEN, axis=-1, edge_order=2),
    "gradient of axes": lambda x: np.gradient(x, axis=(1, 0)),
    "gradient of few": lambda x: np.gradient(x[:2], axis=0),
    "trapezoid": lambda x: np.trapezoid(x),
    "trapezoid, dx": lambda x: np.trapezoid(x, dx=0.5, axis=0),
    "trapezoid, x": lambda x: np.trapezoid(x, UNEVEN),
    "trapezoid of rows, x": lambda x: np.trapezoid(x, UNEVEN[:3], axis=0),
    "trapezoid, every row its x": lambda x: np.trapezoid(x, UNEVEN * np.ones((3, 1), np.float32)),
    "polyval": lambda x: np.polyval(x[0], x[1:]),
    "polyval of a constant": lambda x: np.polyval(x[0, :1], x),
    "polyadd": lambda x: np.polyadd(x[0], x[1, :2]),
    "polysub": lambda x: np.polysub(x[1, :2], x[0]),
    "linspace": lambda x: np.linspace(x[0], x[1], 5),
    "linspace without end": lambda x: np.linspace(x[0, 0], x[1], 4, endpoint=False, axis=-1),
    "linspace of one": lambda x: np.linspace(x[0], x[1], 1),
    "linspace, middle axis": lambda x: np.linspace(x, x[0], 3, axis=1),
    "logspace": lambda x: np.logspace(x[0], x[1], 3, base=2.0),
}  # fmt: skip
DOUBLE = {  # each on an array of shape (3, 4)
    "vander": lambda x: np.vander(x[0]),
    "vander, N": lambda x: np.vander(x[0], 2),
    "vander, increasing": lambda x: np.vander(x[0], 5, increasing=True),
    "vander of one": lambda x: np.vander(x[0], 1),
    "polyval of numbers": lambda x: np.polyval([1.0, 2.0, 3.0], x),
    "polyder": lambda x: np.polyder(x[0]),
    "polyder twice": lambda x: np.polyder(x[0], 2),
    "geomspace": lambda x: np.geomspace(x[0] ** 2 + 0.1, x[1] ** 2 + 0.1, 4),
    "geomspace of negatives": lambda x: np.geomspace(
        -1 - x[0] ** 2, -0.1 - x[1, :1] ** 2, 4, endpoint=False, axis=1
    ),
    "polyint": lambda x: np.polyint(x[0]),
    "polyint, constant": lambda x: np.polyint(x[0], 2, k=[1.0, 2.0]),
    "interp": lambda x: np.interp([0.3, 1.7, 2.9, -1.0, 9.0], UNEVEN, x[0]),
    "interp of all": lambda x: np.interp(x, [-2.0, 0.01, 1.0, 3.0], [1.0, 5.0, 4.0, 2.0]),
    "interp with ends": lambda x: np.interp(x, [-1.0, 0.01, 1.0], [1.0, 5.0, 4.0], left=7.0, right=-3.0),
    "interp of one": lambda x: np.interp(x[0, 0], [-2.0, 0.01, 3.0], x[1, 1:]),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_sampled_functions(call):
    check(call, apart((3, 4)))


@pytest.mark.parametrize("call", DOUBLE.values(), ids=DOUBLE)
def test_functions_that_numpy_computes_in_double_precision(call):
    check_double(call, apart((3, 4)))


def test_interp_with_respect_to_everything():
    x, xp, fp = np.array([[0.3, 1.7], [2.9, 0.6]]), np.array([0.0, 1.0, 2.1, 3.0]), apart((4,))
    check_double(np.interp, x, xp, fp)
    check_double(np.interp, np.array([-1.0, 5.0, 0.5]), xp, fp)
    check_double(lambda *a: np.interp(*a, left=2.0, right=3.0), np.array([-1.0, 5.0, 0.5]), xp, fp)
    np.testing.assert_array_equal(
        gradient(lambda fp: np.interp([-1.0, 9.0], [0.0, 1.0], fp).sum(), [3.0, 4.0]), [1, 1]
    )


def test_edges_of_differences():
    a, p, q = draw((2, 3), (2, 1), (2, 2))
    check(lambda a, p, q: np.diff(a, 2, prepend=p, append=q), a, p, q)
    check(lambda a, p: np.diff(a, axis=0, append=p), a, np.array(0.5))
    check(lambda a, p: np.diff(a, prepend=p), a, np.array(0.5))
    check(lambda a, p, q: np.ediff1d(a, p, q), a, p, q)
    check(np.diff, np.zeros((2, 1)))


def test_trapezoid_with_respect_to_everything():
    y, x = draw((2, 4), (4,))
    check(np.trapezoid, y, x)
    check(lambda y, x: np.trapezoid(y, x, axis=0), y.T, x)
    check(lambda y, x: np.trapezoid(y, x, axis=-1), y, draw((2, 4), seed=3)[0])
    check(lambda y, x: np.trapezoid(y, x), y, draw((1, 4), seed=3)[0])
    check(lambda y, dx: np.trapezoid(y, dx=dx), y, np.array(0.5))


def test_polyval_with_respect_to_both():
    p, x = draw((4,), (2, 3))
    check(np.polyval, p, x)
    check(lambda p: np.polyval(p, np.float32(1.5)), p)
    check(lambda x: np.polyval(x, x), p)


def test_complex():
    for call in (np.diff, np.gradient, np.trapezoid, lambda z: np.polyval(z[0], z)):
        check(lambda x, call=call: call(complex_of(x)), apart((2, 6)))
    check_double(lambda x: np.vander(complex_of(x)), apart((6,)))
