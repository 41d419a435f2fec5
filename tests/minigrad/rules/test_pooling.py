"""Pooling against its definition, by finite differences, and its conventions."""

import itertools
import math

import numpy as np
import pytest

import minigrad as mg
from minigrad.nn import functional as F
from minigrad.rules.pooling import at_winners, to_winners, window_spread, window_sum
from minigrad.rules.windows import windows
from tests.minigrad.rules.probing import check, draw


def apart(shape, seed=0):
    """Distinct numbers at least 0.03 apart, so that no step of finite differences changes which is largest."""
    n = math.prod(shape)
    return np.random.default_rng(seed).permutation(0.03 * np.arange(n) - 1).reshape(shape)


POOLINGS = {  # n, signal, options of both kinds
    "1d": (1, (2, 3, 6), {"kernel_size": 2}),
    "1d without channels": (1, (6,), {"kernel_size": 3}),
    "1d size 1": (1, (1, 1, 1), {"kernel_size": 1}),
    "1d overlapping": (1, (2, 6), {"kernel_size": 3, "stride": 1}),
    "1d gaps": (1, (2, 7), {"kernel_size": 2, "stride": 3}),
    "1d a rest is left": (1, (2, 8), {"kernel_size": 3}),
    "1d padding": (1, (2, 5), {"kernel_size": 3, "stride": 2, "padding": 1}),
    "1d ceil": (1, (2, 8), {"kernel_size": 3, "ceil_mode": True}),
    "1d ceil and padding": (1, (2, 6), {"kernel_size": 2, "stride": 3, "padding": 1, "ceil_mode": True}),
    "1d empty batch": (1, (0, 6), {"kernel_size": 2}),
    "2d": (2, (2, 2, 4, 6), {"kernel_size": 2}),
    "2d without channels": (2, (4, 6), {"kernel_size": (3, 2)}),
    "2d the whole image": (2, (2, 3, 4), {"kernel_size": (3, 4)}),
    "2d options per axis": (2, (1, 5, 6), {"kernel_size": (3, 2), "stride": (1, 3), "padding": (1, 0)}),
    "2d ceil": (2, (1, 2, 5, 5), {"kernel_size": 2, "padding": 1, "ceil_mode": True}),
    "3d": (3, (2, 2, 3, 4), {"kernel_size": (1, 2, 2)}),
    "3d options": (3, (1, 1, 3, 2, 4), {"kernel_size": 2, "stride": (1, 1, 3), "padding": (1, 0, 1)}),
}


@pytest.mark.parametrize(("n", "x", "options"), POOLINGS.values(), ids=POOLINGS)
def test_max_pooling(n, x, options):
    check(lambda x: getattr(F, f"max_pool{n}d")(x, **options), apart(x))


@pytest.mark.parametrize("include", [True, False])
@pytest.mark.parametrize(("n", "x", "options"), POOLINGS.values(), ids=POOLINGS)
def test_average_pooling(n, x, options, include):
    check(lambda x: getattr(F, f"avg_pool{n}d")(x, **options, count_include_pad=include), *draw(x))


@pytest.mark.parametrize("dilation", [2, 3])
def test_max_pooling_with_dilation(dilation):
    check(lambda x: F.max_pool1d(x, 3, 1, dilation=dilation), apart((2, 8)))
    check(lambda x: F.max_pool2d(x, 2, 1, 1, (1, dilation)), apart((1, 4, 5)))


@pytest.mark.parametrize(("stride", "padding"), list(itertools.product([1, 2, 3], [0, 1])))
def test_the_definition(stride, padding):
    (x,) = draw((2, 3, 8))
    full = np.pad(x, [(0, 0), (0, 0), (padding, padding)], constant_values=-np.inf)
    slices = [full[..., k : k + 3] for k in range(0, full.shape[-1] - 2, stride)]
    np.testing.assert_array_equal(
        F.max_pool1d(x, 3, stride, padding), np.stack([s.max(-1) for s in slices], -1)
    )
    finite = [np.where(np.isinf(s), 0, s) for s in slices]
    np.testing.assert_allclose(
        F.avg_pool1d(x, 3, stride, padding), np.stack([s.mean(-1) for s in finite], -1), atol=1e-15
    )


def gradient(fn, x):
    x = mg.tensor(x, requires_grad=True)
    fn(x).sum().backward()
    return x.grad.numpy()


def test_ties_go_to_the_first_largest():
    np.testing.assert_array_equal(
        gradient(lambda x: F.max_pool1d(x, 3), [2.0, 2, 2, 1, 3, 3]), [1, 0, 0, 0, 1, 0]
    )
    np.testing.assert_array_equal(gradient(lambda x: F.max_pool2d(x, 2), np.ones((2, 2))), [[1, 0], [0, 0]])
    np.testing.assert_array_equal(gradient(lambda x: F.max_pool1d(x, 2, 1), [0.0, 5, 0]), [0, 2, 0])


def test_nan_is_the_largest_and_takes_the_gradient():
    x = np.array([1.0, np.nan, 3, 4])
    np.testing.assert_array_equal(F.max_pool1d(x, 2), [np.nan, 4])
    np.testing.assert_array_equal(gradient(lambda x: F.max_pool1d(x, 2), x), [0, 1, 0, 1])


@pytest.mark.parametrize("kernel", [(8, 16), (12, 11), (12, 20)])  # 128, 132 and 240 positions
def test_a_window_with_many_entries(kernel):
    x = apart((2, *kernel))
    for n in range(2):
        g = gradient(lambda x: F.max_pool2d(x, kernel), x)
        assert np.argmax(g[n]) == np.argmax(x[n])
        assert np.sum(g) == 2
    np.testing.assert_array_equal(np.flatnonzero(gradient(lambda x: F.max_pool2d(x, kernel), 0 * x[0])), [0])


def test_float32_and_integers_stay_what_they_are():
    assert F.max_pool1d(np.float32([1, 2, 3, 4]), 2).dtype == np.float32
    assert F.max_pool1d(np.array([1, 2, 3, 4]), 2).dtype.kind == "i"
    x = mg.tensor(np.float32([1, 2, 3, 4]), requires_grad=True)
    F.max_pool1d(x, 3, 1, 1).sum().backward()
    assert x.grad.dtype == np.float32


def test_padding_is_never_the_largest_and_counts_if_wanted():
    x = np.full((1, 3), -5.0)
    np.testing.assert_array_equal(F.max_pool1d(x, 2, padding=1), [[-5, -5]])
    np.testing.assert_array_equal(F.avg_pool1d(x, 2, padding=1), [[-2.5, -5]])
    np.testing.assert_array_equal(F.avg_pool1d(x, 2, padding=1, count_include_pad=False), [[-5, -5]])


def test_a_translation_by_one_keeps_what_stays_in_its_window():
    """The pseudo-invariance of the lectures: the spot moves within its window, the pooled map stays."""
    image = np.zeros((6, 6))
    image[2, 2] = 1
    np.testing.assert_array_equal(F.max_pool2d(image, 2), F.max_pool2d(np.roll(image, 1, axis=1), 2))
    assert not np.array_equal(F.max_pool2d(image, 2), F.max_pool2d(np.roll(image, 2, axis=1), 2))


def test_the_pairs_of_transposes():
    win = windows(2, (5, 4), (3, 2), stride=(2, 1), padding=(1, 0), ceil_mode=True)
    winner = np.random.default_rng(0).integers(0, 6, (2, *win[1]))
    signal, result = draw((2, 5, 4), (2, *win[1]))
    check(lambda x: at_winners(x, winner, win), signal)
    check(lambda y: to_winners(y, winner, win), result)
    check(lambda x: window_sum(x, win), signal)
    check(lambda y: window_spread(y, win), result)


def test_one_node_named_after_the_function():
    x = mg.tensor(np.ones((1, 4)), requires_grad=True)
    for fn in (F.max_pool1d, F.avg_pool1d):
        y = fn(x, 2)
        assert y.node.fun is fn
        assert y.node.parents[0] is x


ERRORS = [
    (F.max_pool2d, (5,), {}, r"the signal needs at least 2 axes \(H, W\); this one has shape \(5,\)"),
    (F.max_pool1d, (1,), {}, "a window of 2 does not fit into 1 entries"),
    (F.max_pool1d, (5,), {"padding": 2}, "padding=2 must be at most half of the window"),
    (F.avg_pool1d, (5,), {"padding": "same"}, "padding='same' must be at most half of the window"),
    (F.avg_pool1d, (5,), {"stride": 0}, "stride=0 must be at least 1"),
    (F.max_pool2d, (5, 5), {"stride": (1, 2, 3)}, "has 3 entries; the kernel moves along 2 axes"),
    (F.max_pool1d, (5,), {"dilation": 0}, "dilation=0 must be at least 1"),
]


@pytest.mark.parametrize(("fn", "x", "options", "message"), ERRORS, ids=range(len(ERRORS)))
def test_errors(fn, x, options, message):
    with pytest.raises(ValueError, match=message):
        fn(mg.tensor(np.ones(x)), 2, **options)
