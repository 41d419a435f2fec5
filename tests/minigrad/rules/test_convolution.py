"""Convolution and its transpose against their definition, by finite differences, and with the lectures' numbers."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigrad as mg
from minigrad.nn import functional as F
from minigrad.rules import correlation
from minigrad.rules.correlation import conv, conv_kernel, conv_signal
from minigrad.rules.windows import windows
from tests.minigrad.rules.probing import check, draw

CONVOLUTIONS = {  # n, signal, kernels, options
    "1d": (1, (2, 3, 6), (4, 3, 3), {}),
    "1d without a batch": (1, (3, 6), (4, 3, 3), {}),
    "1d without channels": (1, (6,), (3,), {}),
    "1d of size 1": (1, (1, 1, 1), (1, 1, 1), {}),
    "1d kernel as long as the signal": (1, (2, 1, 4), (3, 1, 4), {}),
    "1d stride": (1, (2, 2, 7), (2, 2, 3), {"stride": 2}),
    "1d stride that leaves a rest": (1, (1, 1, 8), (1, 1, 2), {"stride": 3}),
    "1d stride wider than the kernel": (1, (1, 2, 7), (1, 2, 1), {"stride": (3,)}),
    "1d padding": (1, (1, 2, 3), (2, 2, 4), {"padding": 2}),
    "1d same, even kernel": (1, (1, 2, 5), (2, 2, 4), {"padding": "same"}),
    "1d valid": (1, (1, 2, 5), (2, 2, 4), {"padding": "valid"}),
    "1d dilation": (1, (1, 2, 7), (2, 2, 3), {"dilation": 3}),
    "1d groups": (1, (1, 4, 5), (6, 2, 2), {"groups": 2}),
    "1d a kernel per channel": (1, (2, 3, 5), (3, 1, 2), {"groups": 3}),
    "1d everything": (1, (2, 4, 9), (2, 2, 2), {"stride": 2, "padding": 1, "dilation": 3, "groups": 2}),
    "1d empty batch": (1, (0, 3, 6), (4, 3, 3), {}),
    "2d": (2, (2, 2, 4, 5), (3, 2, 2, 3), {}),
    "2d without a batch": (2, (2, 4, 5), (3, 2, 2, 3), {}),
    "2d without channels": (2, (4, 5), (2, 3), {}),
    "2d 1×1": (2, (1, 3, 2, 2), (2, 3, 1, 1), {}),
    "2d options per axis": (
        2,
        (1, 2, 5, 6),
        (2, 2, 2, 3),
        {"stride": (2, 1), "padding": (0, 2), "dilation": (3, 2)},
    ),
    "2d same": (2, (1, 1, 4, 3), (2, 1, 3, 2), {"padding": "same", "dilation": (1, 2)}),
    "2d groups": (2, (1, 4, 3, 3), (4, 1, 2, 2), {"groups": 4, "stride": 1, "padding": 1}),
    "3d": (3, (1, 2, 3, 3, 2), (2, 2, 2, 2, 1), {}),
    "3d without channels": (3, (3, 3, 2), (2, 2, 2), {}),
    "3d options": (
        3,
        (2, 2, 4, 3),
        (2, 1, 2, 1, 2),
        {"stride": (1, 2, 1), "padding": (0, 1, 0), "groups": 2},
    ),
}
TRANSPOSED = {
    "1d": (1, (2, 3, 4), (3, 2, 3), {}),
    "1d without a batch": (1, (3, 4), (3, 2, 3), {}),
    "1d without channels": (1, (4,), (3,), {"stride": 2}),
    "1d output padding": (1, (1, 2, 3), (2, 2, 3), {"stride": 3, "padding": 1, "output_padding": 2}),
    "1d output padding below dilation": (1, (1, 2, 3), (2, 1, 2), {"dilation": 3, "output_padding": 2}),
    "1d groups": (1, (1, 4, 3), (4, 2, 2), {"groups": 2, "stride": 2}),
    "1d empty batch": (1, (0, 2, 3), (2, 2, 2), {}),
    "2d": (2, (1, 2, 3, 2), (2, 3, 2, 3), {}),
    "2d options": (
        2,
        (2, 2, 2),
        (2, 1, 3, 2),
        {"stride": (2, 1), "padding": (1, 0), "output_padding": (1, 0)},
    ),
    "3d": (3, (1, 2, 2, 1, 2), (2, 1, 2, 2, 2), {"stride": (1, 2, 1)}),
}


def bias_for(n, x, w, transpose, groups=1):
    return () if len(x) == n else (w[1] * groups,) if transpose else (w[0],)


@pytest.mark.parametrize(("n", "x", "w", "options"), CONVOLUTIONS.values(), ids=CONVOLUTIONS)
def test_convolution(n, x, w, options):
    fn = getattr(F, f"conv{n}d")
    check(lambda *args: fn(*args, **options), *draw(x, w, bias_for(n, x, w, False)))
    check(lambda *args: fn(*args, **options), *draw(x, w, seed=1))


@pytest.mark.parametrize(("n", "x", "w", "options"), TRANSPOSED.values(), ids=TRANSPOSED)
def test_transposed_convolution(n, x, w, options):
    fn = getattr(F, f"conv_transpose{n}d")
    bias = bias_for(n, x, w, True, options.get("groups", 1))
    check(lambda *args: fn(*args, **options), *draw(x, w, bias))
    check(lambda *args: fn(*args, **options), *draw(x, w, seed=1))


def by_definition(x, w, stride, padding, dilation, groups):
    """y[n, d, p] = Σ_c Σ_k x[n, c, stride·p + dilation·k - padding] · w[d, c, k], entry by entry."""
    dims = w.ndim - 2
    x = np.pad(x, [(0, 0), (0, 0)] + [(padding, padding)] * dims)
    reach = [dilation * (k - 1) + 1 for k in w.shape[2:]]
    count = [(m - r) // stride + 1 for m, r in zip(x.shape[2:], reach, strict=True)]
    y = np.zeros((x.shape[0], w.shape[0], *count))
    for n, d in np.ndindex(y.shape[:2]):
        first = d // (w.shape[0] // groups) * w.shape[1]  # the first channel of d's group
        for p in np.ndindex(*count):
            for c, *k in np.ndindex(w.shape[1:]):
                at = tuple(stride * a + dilation * b for a, b in zip(p, k, strict=True))
                y[(n, d, *p)] += x[(n, first + c, *at)] * w[(d, c, *k)]
    return y


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("options", list(itertools.product([1, 2], [0, 2], [1, 2], [1, 2])), ids=str)
def test_the_definition(n, options):
    stride, padding, dilation, groups = options
    x, w = draw((2, 4, *(6, 5, 4)[:n]), (2, 4 // groups, *(2, 3, 2)[:n]))
    y = getattr(F, f"conv{n}d")(x, w, stride=stride, padding=padding, dilation=dilation, groups=groups)
    np.testing.assert_allclose(y, by_definition(x, w, stride, padding, dilation, groups), atol=1e-12)


def test_the_lectures_numbers():
    one = lambda x, w: F.conv1d(mg.tensor(x), mg.tensor(w)).numpy().tolist()
    assert one([1.0, 2, 3, 4], [3.0, 2]) == [7, 12, 17]
    assert one([0.0, 0, 0, 0, 1, 2, 3, 4, 4, 4, 4], [-1.0, 1]) == [0, 0, 0, 1, 1, 1, 1, 0, 0, 0]


def test_d_kernels_make_d_maps():
    """C×H×W with D kernels of h×w gives D×(H - h + 1)×(W - w + 1)."""
    c, height, width, d, h, w = 3, 12, 10, 5, 4, 3
    y = F.conv2d(np.zeros((c, height, width)), np.zeros((d, c, h, w)))
    assert y.shape == (d, height - h + 1, width - w + 1)


def test_a_convolution_of_its_own_result_and_kernel():
    check(lambda x, w: F.conv1d(F.conv1d(x, w, padding=1), w, padding=1), *draw((1, 2, 4), (2, 2, 3)))
    check(lambda x: F.conv1d(x, x), *draw((3, 3, 2)))


@pytest.mark.parametrize("fn", [conv, conv_signal, conv_kernel], ids=lambda f: f.__name__)
def test_the_three_faces_of_one_sum_of_products(fn):
    win = windows(2, (5, 4), (3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2))
    signal, kernels, result = (2, 4, 5, 4), (6, 2, 3, 2), (2, 6, *win[1])
    shapes = {conv: (signal, kernels), conv_signal: (result, kernels), conv_kernel: (signal, result)}[fn]
    check(lambda a, b: fn(a, b, win, 2), *draw(*shapes))


def test_they_are_each_others_transpose():
    """⟨y, conv(x, w)⟩ = ⟨conv_signal(y, w), x⟩ = ⟨conv_kernel(x, y), w⟩."""
    win = windows(1, (9,), (3,), stride=2, padding=1, dilation=2)
    x, w, y = draw((2, 4, 9), (6, 2, 3), (2, 6, *win[1]))
    total = np.sum(y * conv(x, w, win, 2))
    assert np.sum(conv_signal(y, w, win, 2) * x) == pytest.approx(total, rel=1e-12)
    assert np.sum(conv_kernel(x, y, win, 2) * w) == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize("output_padding", [0, 1, 2])
def test_output_padding_chooses_the_size_that_the_convolution_came_from(output_padding):
    (x,) = draw((1, 2, 10 + output_padding))
    y = F.conv1d(x, np.ones((3, 2, 4)), stride=3)
    assert y.shape == (1, 3, 3)
    assert F.conv_transpose1d(y, np.ones((3, 2, 4)), stride=3, output_padding=output_padding).shape == x.shape


def test_rows_and_samples_in_parts_give_the_same(monkeypatch):
    x, w = draw((5, 2, 6, 6), (3, 2, 3, 3))

    def everything():
        a, b = mg.tensor(x, requires_grad=True), mg.tensor(w, requires_grad=True)
        y = F.conv2d(a, b)
        (y * y).sum().backward()
        return y.numpy(), a.grad.numpy(), b.grad.numpy()

    whole = everything()
    row = 2 * 9 * 4 * 8  # bytes of the windows in one row of one sample
    for room, limit in [(0, 0), (0, 2 * row), (2 * 5 * row, 5 * row), (3 * 5 * row, 5 * row)]:
        monkeypatch.setitem(correlation.COPIED, "cpu", room)
        monkeypatch.setitem(correlation.ADDED, "cpu", limit)
        for a, b in zip(whole, everything(), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12)


ORDERS = {  # the same numbers, elsewhere in memory
    "rows first": lambda x: x.copy(),
    "columns first": lambda x: x.copy(order="F"),
    "samples last": lambda x: np.moveaxis(np.moveaxis(x, 0, -1).copy(), -1, 0),
    "every second": lambda x: np.repeat(x, 2, axis=-1)[..., ::2],
    "backwards": lambda x: x[::-1].copy()[::-1],
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("padding", [0, 1])
def test_the_order_in_memory_changes_nothing(order, padding):
    x, w, b = draw((3, 2, 6, 6), (4, 2, 3, 3), (4,))

    def everything(there):
        leaves = [mg.tensor(0.0 * x, requires_grad=True), mg.Parameter(w), mg.Parameter(b)]
        leaves[0].data = there(x)
        y = F.max_pool2d(F.relu(F.conv2d(*leaves, padding=padding)), 2, padding=padding)
        gradients = mg.grad(y, leaves, there(np.arange(1.0, y.size + 1).reshape(y.shape)))
        return [y.numpy(), *(g.numpy() for g in gradients)]

    for a, b in zip(everything(lambda x: x), everything(ORDERS[order]), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def test_a_broadcast_signal_and_a_bias_of_another_dtype():
    x = np.broadcast_to(np.float32(2), (2, 1, 3, 3))
    y = F.conv2d(x, np.ones((1, 1, 2, 2), np.float32), np.array([1.0]))
    assert y.dtype == np.float64
    np.testing.assert_array_equal(y, np.full((2, 1, 2, 2), 9.0))
    assert F.conv2d(x, np.ones((1, 1, 2, 2), np.float32), np.ones(1, np.float32)).dtype == np.float32


def test_layers_follow_each_other_without_a_transposed_copy():
    """A result lies with the samples last, and what follows keeps it so: the next layer finds it as it wants it."""
    x, w = draw((4, 1, 8, 8), (3, 1, 3, 3))
    for y in (F.conv2d(x, w), F.relu(F.conv2d(x, w)), F.max_pool2d(F.conv2d(x, w), 2)):
        assert correlation.samples_last(y).base is not None
    assert F.max_pool2d(F.conv2d(x, w), 2, padding=1).strides[0] == x.itemsize


@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=3),
    st.integers(0, 7),
    st.integers(1, 40),
    st.integers(0, 2000),
)
def test_every_window_of_every_sample_is_in_one_block(places, n, entries, room):
    win = windows(len(places), tuple(places), (1,) * len(places))
    seen = np.zeros((*places, n), np.int32)
    for block in correlation.blocks(win, entries, seen, {"cpu": room}):
        seen[block] += 1
    assert np.all(seen == 1)


def test_same_keeps_the_size_and_puts_the_odd_zero_behind():
    x = np.array([1.0, 2, 3])
    np.testing.assert_array_equal(F.conv1d(x, np.array([1.0, 10]), padding="same"), [21, 32, 3])
    for kernel in (1, 2, 3, 4, 5):
        for dilation in (1, 2):
            assert F.conv1d(np.ones(7), np.ones(kernel), padding="same", dilation=dilation).shape == (7,)


def test_one_node_named_after_the_function():
    w = mg.Parameter(np.ones((1, 1, 2)))
    for fn in (F.conv1d, F.conv_transpose1d):
        y = fn(mg.tensor(np.ones((1, 1, 4))), w, mg.tensor([1.0]))
        assert y.node.fun is fn
        assert y.node.parents[1] is w


def test_weight_and_bias_given_by_name():
    w, b = mg.Parameter(np.ones((1, 1, 2))), mg.Parameter([0.0])
    for fn, size in ((F.conv1d, 2), (F.conv_transpose1d, 4)):
        w.grad = b.grad = None
        fn(mg.Parameter(np.ones((1, 1, 3))), weight=w, bias=b, stride=1).sum().backward()
        np.testing.assert_array_equal(b.grad, [size])
        assert w.grad.numpy().sum() == (6 if fn is F.conv_transpose1d else 4)


def test_a_printed_program_of_a_small_network_follows_new_inputs():
    """Convolution, pooling and loss as plain NumPy; the winners of the pooling are found anew."""

    def loss(x, w):
        maps = F.max_pool2d(F.relu(F.conv2d(x, w, padding=1)), 2)
        return F.cross_entropy(F.avg_pool2d(maps, 2)[..., 0, 0], [1, 0])

    def leaves(seed):
        x, w = draw((2, 2, 4, 4), (3, 2, 3, 3), seed=seed)
        return mg.tensor(x, requires_grad=True, name="x"), mg.tensor(w, requires_grad=True, name="w")

    run = mg.Graph(loss, **{t.name: t for t in leaves(0)}).compile()
    x, w = leaves(1)
    value, gradients = run(x=x.numpy(), w=w.numpy())
    expected = loss(x, w)
    assert value == pytest.approx(expected.item(), rel=1e-12)
    for name, g in zip("xw", mg.grad(expected, [x, w]), strict=True):
        np.testing.assert_allclose(gradients[name], g.numpy(), atol=1e-12)


X2, W2 = (2, 3, 5, 5), (4, 3, 2, 2)
ERRORS = [
    (
        F.conv2d,
        (2, 2, 3, 5, 5),
        W2,
        {},
        r"signal has shape \(N, C, H, W\), \(C, H, W\) or \(H, W\); this one",
    ),
    (F.conv1d, (), (3,), {}, r"signal has shape \(N, C, L\), \(C, L\) or \(L\); this one has shape \(\)"),
    (F.conv2d, X2, (4, 3, 2), {}, r"needs kernels of shape \(out, in, h, w\); these have shape \(4, 3, 2\)"),
    (F.conv1d, (5,), (1, 1, 2), {}, r"signal of shape \(5,\) needs kernels of shape \(k\); these have"),
    (F.conv2d, X2, (4, 2, 2, 2), {}, "the signal has 3 channels, but kernels of .* in 1 group take 2"),
    (F.conv2d, (2, 4, 5, 5), (4, 3, 2, 2), {"groups": 2}, "4 channels, but kernels .* in 2 groups take 6"),
    (F.conv2d, X2, W2, {"groups": 3}, "groups=3 must divide the 4 kernels"),
    (F.conv2d, X2, W2, {"groups": 0}, "groups=0 must divide the 4 kernels and be at least 1"),
    (
        F.conv2d,
        X2,
        W2,
        {"bias": np.ones(3)},
        r"bias has shape \(3,\); one number per channel is shape \(4,\)",
    ),
    (
        F.conv2d,
        X2,
        (4, 3, 6, 2),
        {},
        r"a window of 6 does not fit into 5 entries \(5 and 0 of padding\) along axis -2",
    ),
    (F.conv2d, X2, W2, {"dilation": 5}, "a window of 6 does not fit into 5 entries"),
    (F.conv2d, X2, W2, {"stride": 0}, "stride=0 must be at least 1"),
    (
        F.conv2d,
        X2,
        W2,
        {"stride": (1, 1, 1)},
        r"stride=\(1, 1, 1\) has 3 entries; the kernel moves along 2 axes",
    ),
    (F.conv2d, X2, W2, {"padding": -1}, "padding=-1 must be at least 0"),
    (F.conv2d, X2, W2, {"padding": "full"}, "padding='full' is not known"),
    (F.conv2d, X2, W2, {"padding": "same", "stride": 2}, 'padding="same" keeps the size of the signal'),
    (F.conv2d, X2, W2, {"dilation": 1.5}, r"dilation holds whole numbers, not 1\.5"),
    (F.conv_transpose2d, X2, W2, {}, "the signal has 3 channels, but kernels of .* take 4"),
    (F.conv_transpose2d, (2, 4, 5, 5), W2, {"bias": np.ones(4)}, r"one number per channel is shape \(3,\)"),
    (
        F.conv_transpose2d,
        (2, 4, 5, 5),
        W2,
        {"output_padding": 1},
        "output_padding=1 must be smaller than stride=1",
    ),
    (F.conv_transpose2d, (2, 4, 1, 1), W2, {"padding": 1}, "padding=1 would leave a result of size"),
]


@pytest.mark.parametrize(("fn", "x", "w", "options", "message"), ERRORS, ids=range(len(ERRORS)))
def test_errors(fn, x, w, options, message):
    with pytest.raises(ValueError, match=message):
        fn(np.ones(x), np.ones(w), **options)
    with pytest.raises(ValueError, match=f"{fn.__name__} failed on .*{message}"):
        fn(mg.tensor(np.ones(x)), mg.Parameter(np.ones(w), name="w"), **options)


def test_lists_are_no_signals():
    with pytest.raises(TypeError, match="the kernels must be an array or a Tensor, not a list"):
        F.conv1d(mg.tensor([1.0, 2.0]), [1.0])
