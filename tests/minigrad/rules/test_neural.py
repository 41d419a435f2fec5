"""Activations, softmax, embedding, dropout: one line per function, then their conventions and errors."""

import math

import numpy as np
import pytest

import minigrad as mg
from minigrad.nn import functional as F
from tests.minigrad.rules.probing import check, draw

SHAPES = [(), (1,), (3,), (2, 3), (2, 1, 3), (0,), (2, 0)]
ELEMENTWISE = {
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "leaky_relu 0.3": lambda x: F.leaky_relu(x, 0.3),
    "leaky_relu named": lambda x: F.leaky_relu(x, negative_slope=0.3),
    "elu": F.elu,
    "elu 1.7": lambda x: F.elu(x, 1.7),
    "sigmoid": F.sigmoid,
    "softplus": F.softplus,
    "silu": F.silu,
    "normal_cdf": F.normal_cdf,
    "gelu": F.gelu,
    "gelu tanh": lambda x: F.gelu(x, approximate="tanh"),
    "tanh": F.tanh,
}
ALONG_AN_AXIS = {
    "softmax": F.softmax,
    "softmax axis 0": lambda x: F.softmax(x, axis=0),
    "log_softmax": F.log_softmax,
    "log_softmax axis 0": lambda x: F.log_softmax(x, 0),
}


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("fn", ELEMENTWISE.values(), ids=ELEMENTWISE)
def test_elementwise(fn, shape):
    (x,) = draw(shape)
    check(fn, np.where(np.abs(x) < 0.1, 0.3, x))  # away from the kink at 0


@pytest.mark.parametrize("shape", [(3,), (2, 3), (1, 3), (3, 1), (2, 3, 2)], ids=str)
@pytest.mark.parametrize("fn", ALONG_AN_AXIS.values(), ids=ALONG_AN_AXIS)
def test_along_an_axis(fn, shape):
    check(fn, *draw(shape))


def test_softmax_of_an_empty_batch():
    x = mg.tensor(np.zeros((0, 3)), requires_grad=True)
    (F.softmax(x) + F.log_softmax(x)).sum().backward()
    assert x.grad.shape == (0, 3)


EXTREME = [-1000.0, -40.0, 0.0, 40.0, 1000.0]


@pytest.mark.parametrize(
    ("fn", "values", "slopes"),
    [
        (F.sigmoid, [0, math.exp(-40), 0.5, 1, 1], [0, math.exp(-40), 0.25, 0, 0]),
        (F.softplus, [0, math.exp(-40), math.log(2), 40, 1000], [0, math.exp(-40), 0.5, 1, 1]),
        (F.silu, [0, -40 * math.exp(-40), 0, 40, 1000], [0, -39 * math.exp(-40), 0.5, 1, 1]),
        (F.elu, [-1, -1, 0, 40, 1000], [0, math.exp(-40), 1, 1, 1]),
        (F.gelu, [0, 0, 0, 40, 1000], [0, 0, 0.5, 1, 1]),
        (lambda x: F.gelu(x, approximate="tanh"), [0, 0, 0, 40, 1000], [0, 0, 0.5, 1, 1]),
        (F.normal_cdf, [0, 0, 0.5, 1, 1], [0, 0, 1 / math.sqrt(2 * math.pi), 0, 0]),
        (F.tanh, [-1, -1, 0, 1, 1], [0, 0, 1, 0, 0]),
        (F.leaky_relu, [-10, -0.4, 0, 40, 1000], [0.01, 0.01, 0.01, 1, 1]),
        (F.relu, [0, 0, 0, 40, 1000], [0, 0, 0, 1, 1]),
    ],
    ids=[
        "sigmoid",
        "softplus",
        "silu",
        "elu",
        "gelu",
        "gelu tanh",
        "normal_cdf",
        "tanh",
        "leaky_relu",
        "relu",
    ],
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_extreme_values_and_the_slope_at_0(fn, values, slopes, dtype):
    """No overflow, no NaN; exact where the value is tiny, and the documented slope at the kink."""
    x = mg.tensor(EXTREME, requires_grad=True, dtype=dtype)
    y = fn(x)
    y.sum().backward()
    tolerance = {"rtol": 1e-12, "atol": 1e-16} if dtype == np.float64 else {"rtol": 1e-5, "atol": 1e-6}
    np.testing.assert_allclose(y.numpy(), values, **tolerance)
    np.testing.assert_allclose(x.grad, slopes, **tolerance)


def test_the_sigmoid_keeps_its_digits_on_the_left():
    x = np.array([-40.0, -300.0, -700.0])
    np.testing.assert_allclose(F.sigmoid(x), np.exp(x), rtol=1e-14)


def test_normal_cdf_to_all_digits():
    x = np.linspace(-37, 9, 5001)
    right = np.array([0.5 * math.erfc(-v / math.sqrt(2)) for v in x])
    np.testing.assert_allclose(F.normal_cdf(x), right, rtol=2e-13)  # e^{-z²} rounds like z² does
    np.testing.assert_allclose(F.normal_cdf(x[x > -6]), right[x > -6], rtol=5e-15)


@pytest.mark.parametrize("fn", [F.softmax, F.log_softmax], ids=["softmax", "log_softmax"])
def test_softmax_does_not_overflow(fn):
    x = mg.tensor([1000.0, 0.0, -1000.0], requires_grad=True)
    y = fn(x)
    y[0].backward()
    np.testing.assert_array_equal(y.numpy(), [1, 0, 0] if fn is F.softmax else [0, -1000, -2000])
    np.testing.assert_array_equal(x.grad, [0, 0, 0])


def test_gelu_knows_two_formulas():
    with pytest.raises(ValueError, match='gelu knows approximate="none" and "tanh", not \'erf\''):
        F.gelu(mg.tensor(1.0), approximate="erf")


# Embedding --------------------------------------------------------------------------------------------------

INDICES = {
    "one": 2,
    "some": [2, 0],
    "repeated": [1, 1, 0, 1],
    "matrix": [[0, 3], [3, 3]],
    "none": [],
    "none of integers": np.zeros((0, 2), int),
    "small integers": np.array([3, 0], np.uint8),
}


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES)
@pytest.mark.parametrize("shape", [(4, 3), (4, 1), (4,), (4, 2, 2)], ids=str)
def test_embedding(index, shape):
    check(lambda w: F.embedding(index, w), *draw(shape))


def test_rows_used_twice_receive_both_gradients():
    table = mg.Parameter(np.zeros((3, 2)))
    y = F.embedding(mg.tensor([1, 1, 0, 1]), table)
    y.backward(np.array([[1.0, 2], [3, 4], [5, 6], [7, 8]]))
    np.testing.assert_array_equal(table.grad, [[5, 6], [11, 14], [0, 0]])


def test_embedding_refuses_what_is_no_row():
    table = mg.Parameter(np.zeros((3, 2)))
    with pytest.raises(IndexError, match="this table has the rows 0 … 2; the index goes from 0 to 3"):
        F.embedding([0, 3], table)
    with pytest.raises(IndexError, match="the index goes from -1 to -1"):
        F.embedding([-1], table)
    with pytest.raises(TypeError, match="looked up with integers, not float64"):
        F.embedding([0.0], table)


# Dropout ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("p", [0.0, 0.3, 0.9, 1.0])
@pytest.mark.parametrize("shape", [(), (3,), (2, 1), (0,)], ids=str)
def test_dropout(p, shape):
    check(lambda x: F.dropout(x, p, rng=np.random.default_rng(0)) + x, *draw(shape))


def test_p_is_the_probability_to_drop_and_the_mean_stays():
    x = mg.tensor(np.ones(100_000), requires_grad=True)
    y = F.dropout(x, 0.2, rng=np.random.default_rng(0))
    y.sum().backward()
    assert set(np.unique(y.numpy())) == {0, 1.25}
    assert np.mean(y.numpy() == 0) == pytest.approx(0.2, abs=0.005)
    np.testing.assert_array_equal(x.grad, y.numpy())  # forward and backward drop the same entries


def test_the_mask_is_a_constant_of_the_node():
    x = mg.tensor(np.arange(1.0, 9), requires_grad=True, name="x")
    y = F.dropout(x, 0.5, rng=np.random.default_rng(0))
    dropped = y.numpy() == 0
    assert 0 < dropped.sum() < 8
    assert y.node.fun.__name__ == "dropout"
    again = mg.Graph(y).forward(x=10 * x.data)
    np.testing.assert_array_equal(again.numpy(), 10 * y.numpy())


def test_dropout_outside_of_training_and_of_everything():
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    assert F.dropout(x, 0.5, training=False) is x
    nothing = F.dropout(x, 1.0, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(nothing.numpy(), [0, 0])


def test_dropout_refuses():
    with pytest.raises(ValueError, match=r"p=1\.5 is the probability to drop"):
        F.dropout(mg.tensor([1.0]), 1.5)
    with pytest.raises(TypeError, match=r"give rng=np\.random\.default_rng\(seed\)"):
        F.dropout(mg.tensor([1.0]))
