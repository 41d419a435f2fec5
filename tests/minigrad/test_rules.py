"""Every rule at orders 1 and 2 against finite differences: one line per function, over shapes and options."""

import itertools

import numpy as np
import pytest

import minigrad as mg
from minigrad.rules.shape import getitem, scatter
from minigrad.vjps import rulebook


def draw(shape, low=-2.0, high=2.0, seed=0):
    return np.random.default_rng(seed).uniform(low, high, shape)


def apart(shape, seed=0):
    """Distinct values at least 0.1 apart, so that no step of finite differences changes which is largest."""
    rng = np.random.default_rng(seed)
    return rng.permutation(np.linspace(-1.93, 2.11, int(np.prod(shape)))).reshape(shape)


UNARY = {
    np.negative: (-2, 2), np.square: (-2, 2), np.sqrt: (0.5, 2), np.reciprocal: (0.5, 2), np.exp: (-2, 2),
    np.expm1: (-2, 2), np.log: (0.5, 2), np.log1p: (-0.5, 2), np.sin: (-2, 2), np.cos: (-2, 2),
    np.tan: (-1, 1), np.arctan: (-2, 2), np.sinh: (-2, 2), np.cosh: (-2, 2), np.tanh: (-2, 2),
    np.absolute: (0.5, 2), mg.sigmoid: (-2, 2), mg.relu: (0.5, 2),
}  # fmt: skip
BINARY = {
    np.add: (-2, 2), np.subtract: (-2, 2), np.multiply: (-2, 2), np.divide: (0.5, 2), np.power: (0.5, 2),
    np.maximum: (-2, 2), np.minimum: (-2, 2),
}  # fmt: skip
SHAPES = [(), (1,), (3,), (2, 3), (2, 1, 3), (0,), (2, 0)]
BROADCASTS = [
    ((), (3,)),
    ((3,), (2, 3)),
    ((2, 1), (1, 3)),
    ((1,), ()),
    ((2, 1, 3), (4, 1)),
    ((0, 3), (3,)),
    ((2, 3), (2, 3)),
]
AXES = [None, 0, 1, -1, (0, 1), (0, -1)]
REDUCTIONS = [np.sum, np.mean, np.max, np.min, np.amax, np.amin, np.linalg.norm]

SHAPE_CALLS = {
    "reshape": lambda x: np.reshape(x, (3, 2)),
    "reshape -1": lambda x: x.reshape(-1),
    "ravel": np.ravel,
    "transpose": np.transpose,
    "expand_dims": lambda x: np.expand_dims(x, 1),
    "squeeze": lambda x: np.squeeze(np.expand_dims(x, 0), 0),
    "squeeze all": lambda x: np.squeeze(np.reshape(x, (1, 2, 1, 3))),
    "swapaxes": lambda x: np.swapaxes(x, 0, -1),
    "moveaxis": lambda x: np.moveaxis(np.reshape(x, (2, 3, 1)), 0, -1),
    "broadcast_to": lambda x: np.broadcast_to(x, (4, 2, 3)),
    "row": lambda x: x[1],
    "entry": lambda x: x[1, 2],
    "slice": lambda x: x[:, ::2],
    "negative step": lambda x: x[::-1],
    "ellipsis and new axis": lambda x: x[..., None, 1],
    "repeated indices": lambda x: x[[0, 0, 1]],
    "two index arrays": lambda x: x[[0, 1, 1], [2, 0, 0]],
    "mask": lambda x: x[np.array([[True, False, True], [False, True, False]])],
    "nothing": lambda x: x[0:0],
    "scatter": lambda x: scatter(x, ([0, 0],), (3, 3)),
    "concatenate": lambda x: np.concatenate([x, 2 * x, x], axis=0),
    "concatenate of many": lambda x: np.concatenate([x, x * x, np.sin(x), 3 * x]),
    "concatenate -1": lambda x: np.concatenate([x, x[:, :1]], axis=-1),
    "stack": lambda x: np.stack([x, x * x]),
    "stack -1": lambda x: np.stack([x, x * x, x], axis=-1),
    "where": lambda x: np.where(np.array([True, False, True]), x, 2 * x),
    "clip": lambda x: np.clip(x, -1.03, 1.03),
    "clip below": lambda x: np.clip(x, -1.03, None),
    "softmax": mg.softmax,
    "softmax axis 0": lambda x: mg.softmax(x, axis=0),
    "log_softmax": mg.log_softmax,
    "cross_entropy": lambda x: mg.cross_entropy(x, [2, 0]),
    "cross_entropy of one": lambda x: mg.cross_entropy(x[0], 1),
    "transpose axes": lambda x: np.transpose(np.reshape(x, (1, 2, 3)), (2, 0, 1)),
    "transpose negative axes": lambda x: np.transpose(np.reshape(x, (1, 2, 3)), (-1, 0, -2)),
}  # fmt: skip

PRODUCTS = [
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3, 4)),
    ((3, 3), (3, 3)),
    ((1, 3), (3, 1)),
]
BATCHED = [
    ((5, 2, 3), (3, 4)),
    ((2, 3), (5, 3, 4)),
    ((5, 1, 2, 3), (4, 3, 2)),
    ((5, 2, 3), (3,)),
    ((3,), (5, 3, 2)),
]


def check(fn, *inputs):
    """Orders 1 and 2."""
    assert mg.gradcheck(fn, list(inputs), seeds=[0]).worst < 1e-6
    mg.gradgradcheck(fn, list(inputs), seeds=[0])


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("fn", UNARY, ids=lambda f: f.__name__)
def test_elementwise(fn, shape):
    check(fn, draw(shape, *UNARY[fn]))


@pytest.mark.parametrize("shapes", BROADCASTS, ids=str)
@pytest.mark.parametrize("fn", BINARY, ids=lambda f: f.__name__)
def test_elementwise_of_two_with_broadcasting(fn, shapes):
    a, b = (draw(shape, *BINARY[fn], seed=k) for k, shape in enumerate(shapes))
    check(fn, a, b)


SMOOTH = [
    fn for fn in BINARY if fn not in (np.maximum, np.minimum)
]  # of equal arguments, these two are all kink


@pytest.mark.parametrize("fn", SMOOTH, ids=lambda f: f.__name__)
def test_the_same_argument_twice(fn):
    check(lambda x: fn(x, x), draw((2, 3), *BINARY[fn]))


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", AXES, ids=str)
@pytest.mark.parametrize("fn", REDUCTIONS, ids=lambda f: f.__name__)
def test_reductions(fn, axis, keepdims):
    for shape in [(2, 3), (1, 3), (3, 1)]:
        check(lambda x: fn(x, axis=axis, keepdims=keepdims), apart(shape))
    if isinstance(axis, int) or axis is None:
        check(lambda x: fn(x[..., 0], axis=None if axis is None else 0, keepdims=keepdims), apart((3, 2)))


@pytest.mark.parametrize("call", SHAPE_CALLS.values(), ids=SHAPE_CALLS)
def test_shapes_indexing_and_networks(call):
    check(call, apart((2, 3)))


@pytest.mark.parametrize("shapes", PRODUCTS + BATCHED, ids=str)
def test_matmul(shapes):
    check(np.matmul, *(draw(shape, seed=k) for k, shape in enumerate(shapes)))


@pytest.mark.parametrize(
    "shapes", [*PRODUCTS, ((), (3,)), ((2, 3), ()), ((2, 4, 3), (5, 3, 2)), ((3,), (5, 3, 2))], ids=str
)
def test_dot(shapes):
    check(np.dot, *(draw(shape, seed=k) for k, shape in enumerate(shapes)))


def test_a_matrix_times_itself():
    check(lambda x: x @ x, draw((3, 3)))


@pytest.mark.parametrize("fn", [np.multiply, np.matmul, np.maximum], ids=lambda f: f.__name__)
def test_non_contiguous_inputs(fn):
    a, b = draw((6, 6))[::2, ::-2], np.asfortranarray(draw((3, 3), seed=1)).T
    assert not a.flags.c_contiguous
    x, y = mg.tensor(a, requires_grad=True), mg.tensor(b, requires_grad=True)
    x.data, y.data = a, b
    fn(x, y).sum().backward()
    u, v = mg.tensor(a.copy(), requires_grad=True), mg.tensor(b.copy(), requires_grad=True)
    fn(u, v).sum().backward()
    np.testing.assert_array_equal(x.grad, u.grad)
    np.testing.assert_array_equal(y.grad, v.grad)


@pytest.mark.parametrize("exponent", [0, 0.0, 1, 2, 3, -1, 0.5])
def test_power_with_a_constant_exponent(exponent):
    check(lambda x: x**exponent, draw((3,), 0.5, 2))


def test_power_at_zero_has_a_derivative_where_there_is_one():
    x = mg.tensor([0.0, 0.0, 0.0], requires_grad=True)
    (x ** np.array([0.0, 1.0, 2.0])).sum().backward()
    np.testing.assert_array_equal(x.grad, [0, 1, 0])
    y = mg.tensor(2.0, requires_grad=True)
    (0.0**y).backward()
    assert y.grad.item() == 0


def test_conventions_at_ties_and_kinks():
    """½ each for maximum and minimum; equal shares for reductions; relu′(0) = |·|′(0) = ‖·‖′(0) = 0."""
    x, y = mg.tensor([1.0, 1.0], requires_grad=True), mg.tensor([1.0, 2.0], requires_grad=True)
    np.maximum(x, y).sum().backward()
    np.testing.assert_array_equal(x.grad, [0.5, 0])
    np.testing.assert_array_equal(y.grad, [0.5, 1])
    for fn in (np.max, np.min):
        z = mg.tensor([[3.0, 3.0, 3.0]], requires_grad=True)
        fn(z).backward()
        np.testing.assert_allclose(z.grad, np.full((1, 3), 1 / 3))
    for fn in (mg.relu, np.absolute, np.linalg.norm):
        zero = mg.tensor([0.0], requires_grad=True)
        fn(zero).sum().backward()
        assert zero.grad.item() == 0
    edge = mg.tensor([-1.0, 0.0, 1.0], requires_grad=True)
    np.clip(edge, -1, 1).sum().backward()
    np.testing.assert_array_equal(edge.grad, [1, 1, 1])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_gradients_have_the_dtype_and_shape_of_their_data(dtype):
    w = mg.tensor(draw((3, 2)), requires_grad=True, dtype=dtype)
    b = mg.tensor(draw((2,)), requires_grad=True, dtype=dtype)
    x = mg.tensor(draw((4, 3)), dtype=np.float64)
    mg.relu(x @ w + b).mean().backward()
    assert (w.grad.dtype, b.grad.dtype) == (dtype, dtype)
    assert (w.grad.shape, b.grad.shape) == (w.shape, b.shape)


def test_rules_keep_float32():
    """No rule has a constant that would lift single precision to double."""
    for fn, (low, high) in UNARY.items():
        x = mg.tensor(draw((3,), low, high), requires_grad=True, dtype=np.float32)
        seen = []
        out = fn(x)
        mg.backprop.sweep(
            {out.node: np.ones(3, np.float32)}, watch=lambda *event, seen=seen: seen.append(event[3].dtype)
        )
        assert seen == [np.float32], fn


def test_every_rule_is_exercised_by_this_table():
    tested = {*UNARY, *BINARY, *REDUCTIONS, np.matmul, np.dot, getitem, scatter}
    named = set(itertools.chain.from_iterable(name.split() for name in SHAPE_CALLS))
    for fn in rulebook:
        module = getattr(fn, "__module__", "") or ""
        if module.startswith(("minigrad", "numpy")) and fn.__name__ not in ("cast", "cube", "softplus"):
            assert fn in tested or fn.__name__ in named, f"{fn.__name__} has a rule and no test"


def test_cast_hands_the_gradient_through_in_the_old_dtype():
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    x.astype(np.float32).sum().backward()
    assert x.grad.dtype == np.float64
    np.testing.assert_array_equal(x.grad, [1, 1])
