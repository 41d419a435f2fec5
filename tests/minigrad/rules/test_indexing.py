"""Functions that pick entries, at orders 1 and 2: one line per function and option."""

import numpy as np
import pytest

from tests.minigrad.rules.probing import check, draw
from tests.minigrad.rules.samples import apart, check_double

SQUARE, CUBE = apart((3, 3)), apart((2, 3, 2))
CALLS = {
    "take": (lambda x: np.take(x, [0, 3, 3, 5]), apart((2, 3))),
    "take of an axis": (lambda x: np.take(x, np.array([[2, 0], [2, 2]]), axis=1), apart((2, 3))),
    "take one": (lambda x: np.take(x, 1, axis=-1), apart((2, 3))),
    "take one of all": (lambda x: np.take(x, -1), apart((2, 3))),
    "take, wrap": (lambda x: np.take(x, [5, -7, 2], axis=1, mode="wrap"), apart((2, 3))),
    "take, clip": (lambda x: np.take(x, [5, -7, 2], axis=1, mode="clip"), apart((2, 3))),
    "take nothing": (lambda x: np.take(x, np.zeros(0, int), axis=0), apart((2, 3))),
    "take_along_axis": (lambda x: np.take_along_axis(x, np.array([[2, 0], [1, 1]]), axis=1), apart((2, 3))),
    "take_along_axis, one row for all": (lambda x: np.take_along_axis(x, np.array([[1, 0, 1]]), axis=0), apart((2, 3))),
    "take_along_axis of all": (lambda x: np.take_along_axis(x, np.array([5, 5, 0]), axis=None), apart((2, 3))),
    "compress": (lambda x: np.compress([True, False, True], x, axis=1), apart((2, 3))),
    "compress of all": (lambda x: np.compress(np.array([0, 1, 1, 0, 1]), x), apart((2, 3))),
    "extract": (lambda x: np.extract(np.array([[True, False, True], [False, True, True]]), x), apart((2, 3))),
    "delete": (lambda x: np.delete(x, 1, axis=1), apart((2, 3))),
    "delete of all": (lambda x: np.delete(x, [0, 4]), apart((2, 3))),
    "delete a slice": (lambda x: np.delete(x, slice(0, 2), axis=-1), apart((2, 3))),
    "delete a mask": (lambda x: np.delete(x, np.array([True, False, False]), axis=1), apart((2, 3))),
    "insert": (lambda x: np.insert(x, 1, 5.0, axis=1), apart((2, 3))),
    "insert in all": (lambda x: np.insert(x, [0, 3, 6], 1.0), apart((2, 3))),
    "diag": (np.diag, apart((3,))),
    "diag of a square": (np.diag, SQUARE),
    "diag, offset": (lambda x: np.diag(x, 2), apart((3,))),
    "diag of an oblong, offset": (lambda x: np.diag(x, -1), apart((3, 4))),
    "diagflat": (lambda x: np.diagflat(x, -1), apart((2, 2))),
    "diagonal": (np.diagonal, apart((2, 3))),
    "diagonal, offset": (lambda x: np.diagonal(x, 1), SQUARE),
    "diagonal of a stack": (lambda x: np.diagonal(x, 0, axis1=2, axis2=0), CUBE),
    "tril": (np.tril, SQUARE),
    "tril, offset": (lambda x: np.tril(x, 1), apart((2, 3))),
    "triu": (np.triu, CUBE),
    "triu, offset": (lambda x: np.triu(x, k=-1), SQUARE),
}  # fmt: skip
MASK = np.array([[True, False, False]])
SELECTS = {
    "select": lambda x, y: np.select([MASK, MASK[:, ::-1]], [x, y]),
    "select, default": lambda x, y: np.select([x > 0, y > 1], [x * y, np.float32(3)], default=y * y),
    "choose": lambda x, y: np.choose(np.array([0, 1, 1]), [x, y]),
    "choose, wrap": lambda x, y: np.choose(np.array([[5], [-2]]), [x, y, x * y], mode="wrap"),
    "choose, clip": lambda x, y: np.choose(np.array([5, -2, 1]), [x, y], mode="clip"),
    "block": lambda x, y: np.block([[x, y[:, :1]], [y, x[:, 1:2]]]),
    "block of rows": lambda x, y: np.block([x[0], y[1], x[0, 0]]),
    "block of numbers": lambda x, y: np.block([[x[0, 0], y[0, 0]], [np.float32(0), x[1, 1]]]),
    "block in three axes": lambda x, y: np.block([[[x]], [[y]]]),
    "block of one": lambda x, y: np.block(x * y),
    "clip, max": lambda x, y: np.clip(x, max=y),
    "clip, min and max": lambda x, y: np.clip(x, min=y[0], max=y[0] + 1),
    "clip of a constant": lambda x, y: np.clip(np.float32(0.1), x - 2, a_max=y) + x,
}
INSERTS = {
    "row": lambda x, v: np.insert(x, 1, v[0, :3], axis=0),
    "column": lambda x, v: np.insert(x, 2, v[:, 0], axis=1),
    "broadcast": lambda x, v: np.insert(x, [0, 2], v[:, :1], axis=1),
    "each its own": lambda x, v: np.insert(x, [0, 2, 2], v[:, :3], axis=1),
    "in all": lambda x, v: np.insert(x, [5, 1], v[0, :2]),
    "before": lambda x, v: np.insert(x, slice(0, 2), v[0, 0], axis=1),
}


@pytest.mark.parametrize(("call", "x"), CALLS.values(), ids=CALLS)
def test_picking_entries(call, x):
    check(call, x)


@pytest.mark.parametrize("call", SELECTS.values(), ids=SELECTS)
def test_selecting(call):
    check(call, apart((2, 3)), apart((2, 3), seed=1))


@pytest.mark.parametrize("call", INSERTS.values(), ids=INSERTS)
def test_inserting(call):
    check(call, *draw((2, 3), (2, 4)))


def test_bincount_sums_its_weights_in_double_precision():
    check_double(lambda w: np.bincount(np.array([2, 0, 2, 1]), w, minlength=5), apart((4,)))
    check_double(lambda w: np.bincount([1, 1, 1, 0], w), apart((4,)))


def test_insert_into_nothing_and_triangles_of_nothing():
    check_double(lambda v: np.insert(np.zeros(0), 0, v), apart((3,)))
    check(np.tril, np.zeros((0, 3)))
    check(lambda x: np.take(x, [1, 1], axis=1), np.zeros((0, 2)))


def test_complex():
    for call in (lambda z: np.take(z, [0, 0, 4]), np.diag, np.tril, lambda z: np.delete(z, 1, axis=0)):
        check(lambda x, call=call: call(x * (1 + 2j)), SQUARE)
