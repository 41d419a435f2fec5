"""Functions that move entries, at orders 1 and 2: one line per function and option."""

import numpy as np
import pytest

import minigrad as mg
from minigrad.rules.shape import put_back, scatter
from tests.minigrad.rules.probing import check, draw
from tests.minigrad.rules.samples import apart

CALLS = {  # each on an array of shape (2, 3)
    "reshape": lambda x: np.reshape(x, (3, 2)),
    "reshape -1": lambda x: x.reshape(-1),
    "reshape, columns first": lambda x: np.reshape(x, (3, 2), order="F"),
    "ravel": np.ravel,
    "ravel, columns first": lambda x: np.ravel(x, order="F"),
    "flatten": lambda x: x.flatten() * 1,
    "copy": np.copy,
    "expand_dims": lambda x: np.expand_dims(x, 1),
    "expand_dims by several": lambda x: np.expand_dims(x, (0, -1)),
    "squeeze": lambda x: np.squeeze(np.expand_dims(x, 0), 0),
    "squeeze all": lambda x: np.squeeze(np.reshape(x, (1, 2, 1, 3))),
    "squeeze two": lambda x: np.squeeze(np.reshape(x, (1, 2, 1, 3)), (0, 2)),
    "atleast_1d": lambda x: np.atleast_1d(x[0, 0]),
    "atleast_2d": lambda x: np.atleast_2d(x[0]),
    "atleast_3d": np.atleast_3d,
    "atleast_1d of two": lambda x: np.atleast_1d(x[0, 0], x),
    "atleast_3d of three": lambda x: np.atleast_3d(x[0, 0], x[0], x * x),
    "transpose": np.transpose,
    "transpose axes": lambda x: np.transpose(np.reshape(x, (1, 2, 3)), (2, 0, 1)),
    "transpose negative axes": lambda x: np.transpose(np.reshape(x, (1, 2, 3)), (-1, 0, -2)),
    "matrix_transpose": np.matrix_transpose,
    "swapaxes": lambda x: np.swapaxes(x, 0, -1),
    "moveaxis": lambda x: np.moveaxis(np.reshape(x, (2, 3, 1)), 0, -1),
    "moveaxis, several": lambda x: np.moveaxis(np.reshape(x, (2, 3, 1)), (0, 1), (-1, 0)),
    "rollaxis": lambda x: np.rollaxis(np.reshape(x, (2, 1, 3)), 2),
    "rollaxis to the end": lambda x: np.rollaxis(np.reshape(x, (2, 1, 3)), 0, 3),
    "rollaxis, negative": lambda x: np.rollaxis(np.reshape(x, (2, 1, 3)), -1, -2),
    "flip": np.flip,
    "flip one": lambda x: np.flip(x, 1),
    "flip two": lambda x: np.flip(x, (0, -1)),
    "fliplr": np.fliplr,
    "flipud": np.flipud,
    "roll": lambda x: np.roll(x, 2),
    "roll an axis": lambda x: np.roll(x, -1, axis=1),
    "roll two axes": lambda x: np.roll(x, (1, 2), axis=(0, 1)),
    "roll one axis twice": lambda x: np.roll(x, 1, axis=(0, 1)),
    "rot90": np.rot90,
    "rot90 back": lambda x: np.rot90(x, -1),
    "rot90 in other axes": lambda x: np.rot90(np.reshape(x, (2, 1, 3)), 2, (0, 2)),
    "broadcast_to": lambda x: np.broadcast_to(x, (4, 2, 3)),
    "broadcast_arrays": lambda x: np.broadcast_arrays(x, x[:, :1], x[0, 0]),
    "getitem: row": lambda x: x[1],
    "entry": lambda x: x[1, 2],
    "slice": lambda x: x[:, ::2],
    "negative step": lambda x: x[::-1],
    "ellipsis and new axis": lambda x: x[..., None, 1],
    "repeated indices": lambda x: x[[0, 0, 1]],
    "two index arrays": lambda x: x[[0, 1, 1], [2, 0, 0]],
    "mask": lambda x: x[np.array([[True, False, True], [False, True, False]])],
    "nothing": lambda x: x[0:0],
    "scatter": lambda x: scatter(x, ([0, 0],), (3, 3)),
    "put_back": lambda x: put_back(x, (2, 2), "take", np.array([[0, 3, 3], [1, 0, 0]]), {}),
    "concatenate": lambda x: np.concatenate([x, 2 * x, x], axis=0),
    "concatenate of many": lambda x: np.concatenate([x, x * x, np.sin(x), 3 * x]),
    "concatenate -1": lambda x: np.concatenate([x, x[:, :1]], axis=-1),
    "concatenate of all entries": lambda x: np.concatenate([x, x[0] * 2], axis=None),
    "concatenate with nothing": lambda x: np.concatenate([x[:0], x, x[:0]]),
    "stack": lambda x: np.stack([x, x * x]),
    "stack -1": lambda x: np.stack([x, x * x, x], axis=-1),
    "vstack": lambda x: np.vstack([x, x[0], 2 * x]),
    "vstack of rows": lambda x: np.vstack([x[0], x[1]]),
    "hstack": lambda x: np.hstack([x, x[:, :1]]),
    "hstack of rows": lambda x: np.hstack([x[0], x[0, 0], x[1]]),
    "dstack": lambda x: np.dstack([x, x * x]),
    "dstack of rows": lambda x: np.dstack([x[0], x[1]]),
    "column_stack": lambda x: np.column_stack([x.T, x[0], x[1]]),
    "column_stack of rows": lambda x: np.column_stack([x[0], x[1]]),
    "append": lambda x: np.append(x, x[0]),
    "append rows": lambda x: np.append(x, x * x, axis=0),
    "append columns": lambda x: np.append(x, x[:, :1], axis=-1),
    "append constants": lambda x: np.append(x, np.float32([1, 2])),
    "split": lambda x: np.split(x, 3, axis=1),
    "split at": lambda x: np.split(x, [1, 1, 2], axis=-1),
    "split and use one part": lambda x: np.split(x, [1], axis=1)[1],
    "split in one": lambda x: np.split(x, 1),
    "array_split": lambda x: np.array_split(x, 2, axis=1),
    "hsplit": lambda x: np.hsplit(x, 3),
    "hsplit of a row": lambda x: np.hsplit(x[0], [2]),
    "vsplit": lambda x: np.vsplit(x, 2),
    "dsplit": lambda x: np.dsplit(np.reshape(x, (1, 2, 3)), [1]),
    "meshgrid": lambda x: np.meshgrid(x[0], x[1, :2]),
    "meshgrid ij": lambda x: np.meshgrid(x[0], x[1, :2], indexing="ij"),
    "meshgrid sparse": lambda x: np.meshgrid(x[0], x[1, :2], sparse=True),
    "meshgrid of three": lambda x: np.meshgrid(x[0], x[1, 0], x[1, :2]),
    "meshgrid of four": lambda x: np.meshgrid(x[0], x[1, :1], x[1, :2], x[0, 1:], indexing="ij", copy=False)[3],
    "meshgrid of one": lambda x: np.meshgrid(x),
    "repeat": lambda x: np.repeat(x, 2),
    "repeat an axis": lambda x: np.repeat(x, 3, axis=1),
    "repeat by counts": lambda x: np.repeat(x, [2, 0, 1], axis=1),
    "repeat by an array of counts": lambda x: np.repeat(x, np.array([2, 3]), axis=-2),
    "tile": lambda x: np.tile(x, 2),
    "tile more axes": lambda x: np.tile(x, (2, 1, 3)),
    "tile fewer axes": lambda x: np.tile(x[0], (2, 2)),
    "resize": lambda x: np.resize(x, (3, 4)),
    "resize smaller": lambda x: np.resize(x, 2),
}  # fmt: skip
PADS = {
    "constant": {}, "constant 5": {"constant_values": 5}, "constant per axis": {"constant_values": ((1, 2), (3, 4))},
    "edge": {"mode": "edge"}, "reflect": {"mode": "reflect"}, "symmetric": {"mode": "symmetric"},
    "wrap": {"mode": "wrap"}, "reflect odd": {"mode": "reflect", "reflect_type": "odd"},
    "symmetric odd": {"mode": "symmetric", "reflect_type": "odd"}, "linear_ramp": {"mode": "linear_ramp"},
    "linear_ramp to 3": {"mode": "linear_ramp", "end_values": 3}, "mean": {"mode": "mean"},
    "mean of two": {"mode": "mean", "stat_length": 2},
    "mean of some": {"mode": "mean", "stat_length": ((1, 2), (3, 1))},
}  # fmt: skip
WIDTHS = [1, (1, 2), ((0, 1), (2, 0)), ((2,), (1,)), ((3, 0), (4, 5))]


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_moving_entries(call):
    check(call, apart((2, 3)))


@pytest.mark.parametrize("width", WIDTHS, ids=str)
@pytest.mark.parametrize("options", PADS.values(), ids=PADS)
def test_pad(options, width):
    check(lambda x: np.pad(x, width, **options), apart((2, 3)))


def test_pad_of_other_ranks():
    check(lambda x: np.pad(x, 2, mode="wrap"), apart((4,)))
    check(lambda x: np.pad(x, ((0, 0), (1, 1), (2, 0)), mode="mean"), apart((2, 1, 3)))
    check(lambda x: np.pad(x, 1), np.zeros((2, 0)))


def test_pad_refuses_modes_without_a_rule():
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(mg.NoRuleError, match=r"np.pad\(…, mode='maximum'\) has no derivative rule"):
        np.pad(x, 1, mode="maximum").sum().backward()


def test_reshape_refuses_an_order_that_depends_on_memory():
    x = mg.tensor([[1.0, 2.0]], requires_grad=True)
    with pytest.raises(ValueError, match="follows how an array lies in memory"):
        np.ravel(x, order="K").sum().backward()


@pytest.mark.skipif(not hasattr(np, "unstack"), reason="NumPy 2.0 has no unstack")
def test_unstack():
    check(np.unstack, apart((2, 3)))
    check(lambda x: np.unstack(x, axis=-1), apart((2, 3)))


@pytest.mark.parametrize(
    "fn",
    [
        lambda a, b: np.concatenate([a, b], axis=0), lambda a, b: np.concatenate([a, b], axis=None),
        lambda a, b: np.vstack((a, b)), lambda a, b: np.append(a, b), lambda a, b: np.append(a, b, axis=0),
        lambda a, b: np.stack([a, b[:2]]), lambda a, b: np.broadcast_arrays(a[None], b[:, None]),
        lambda a, b: np.dstack([a, b[:2]]), lambda a, b: np.atleast_3d(a, b),
    ],
)  # fmt: skip
def test_joining_two_arrays(fn):
    check(fn, *draw((2, 3), (4, 3)))


@pytest.mark.parametrize("shape", [(0,), (2, 0), (0, 3)], ids=str)
def test_nothing_to_move(shape):
    for call in (np.ravel, np.transpose, np.flip, lambda x: np.roll(x, 1), lambda x: np.repeat(x, 2),
                 lambda x: np.tile(x, 2), lambda x: np.concatenate([x, x]), lambda x: np.stack([x, x]),
                 lambda x: np.atleast_3d(x), lambda x: np.pad(x, 1)):  # fmt: skip
        check(call, np.zeros(shape))


def test_complex():
    for call in (np.transpose, lambda z: np.roll(z, 1), lambda z: np.repeat(z, 2, axis=0), lambda z: np.split(z, 3, 1),
                 lambda z: np.concatenate([z, 1j * z]), lambda z: np.pad(z, 2, "mean"), lambda z: z[0]):  # fmt: skip
        check(lambda x, call=call: call(x * (1 + 2j)), apart((2, 3)))


def test_cast_hands_the_gradient_through_in_the_old_dtype():
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    x.astype(np.float32).sum().backward()
    assert x.grad.dtype == np.float64
    np.testing.assert_array_equal(x.grad, [1, 1])
    if hasattr(np, "astype"):
        assert np.astype(x, np.float32).dtype == np.float32
        check(lambda x: np.astype(x, x.dtype), apart((2, 3)))


@pytest.mark.parametrize("name", ["concat", "permute_dims"])
def test_the_new_names_are_the_old_functions(name):
    from minigrad.vjps import rulebook

    if hasattr(np, name):
        assert getattr(np, name) in rulebook
