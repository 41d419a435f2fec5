"""Losses: one line per function and reduction, then their values, extremes, conventions and errors."""

import math
from functools import partial

import numpy as np
import pytest

import minigrad as mg
from minigrad.nn import functional as F
from tests.minigrad.rules.probing import check, draw


def chances(shape, seed=0):
    return draw(shape, low=0.1, high=0.9, seed=seed)[0]


def signs(shape):
    return np.random.default_rng(3).choice([-1.0, 1.0], shape)


ANY = lambda shape: draw(shape, shape)
BETWEEN = {  # both arguments want a gradient
    "mse_loss": (F.mse_loss, ANY),
    "l1_loss": (F.l1_loss, ANY),
    "huber_loss": (F.huber_loss, ANY),
    "huber_loss 0.3": (partial(F.huber_loss, delta=0.3), ANY),
    "smooth_l1_loss": (F.smooth_l1_loss, ANY),
    "smooth_l1_loss 0.3": (partial(F.smooth_l1_loss, beta=0.3), ANY),
    "smooth_l1_loss 0": (partial(F.smooth_l1_loss, beta=0), ANY),
    "binary_cross_entropy": (F.binary_cross_entropy, lambda shape: (chances(shape), chances(shape, 1))),
    "binary_cross_entropy_with_logits": (
        F.binary_cross_entropy_with_logits,
        lambda shape: (*draw(shape), chances(shape, 1)),
    ),
    "kl_div": (F.kl_div, lambda shape: (np.log(chances(shape)), chances(shape, 1))),
}
SHAPES = [(), (1,), (4,), (2, 3), (2, 1, 2), (0,), (2, 0)]


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize(("fn", "inputs"), BETWEEN.values(), ids=BETWEEN)
def test_losses_between_numbers(fn, inputs, shape, reduction):
    check(lambda x, t: fn(x, t, reduction), *inputs(shape))


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_hinge_loss(shape, reduction):
    check(lambda x: F.hinge_loss(x, signs(shape), reduction, margin=0.7), *draw(shape))


def test_the_target_of_the_hinge_may_want_a_gradient():
    x, t = mg.tensor([0.5, 3.0]), mg.tensor([-1.0, 1.0], requires_grad=True)
    F.hinge_loss(x, t, "sum").backward()
    np.testing.assert_array_equal(t.grad, [-0.5, 0])


def test_kl_div_batchmean():
    check(lambda x, t: F.kl_div(x, t, "batchmean"), np.log(chances((2, 3))), chances((2, 3), 1))


CLASSES = {  # scores, target, options
    "a batch": ((3, 4), [2, 0, 3], {}),
    "one sample": ((4,), 2, {}),
    "one class": ((3, 1), [0, 0, 0], {}),
    "pixels": ((2, 3, 2), [[2, 0], [1, 1]], {}),
    "empty batch": ((0, 3), [], {}),
    "ignoring": ((3, 4), [2, 0, 2], {"ignore_index": 2}),
    "ignoring what is no class": ((3, 4), [2, -100, 0], {"ignore_index": -100}),
    "ignoring all": ((2, 4), [1, 1], {"ignore_index": 1}),
}


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize(("shape", "target", "options"), CLASSES.values(), ids=CLASSES)
def test_losses_of_classes(shape, target, options, reduction):
    check(lambda x: F.cross_entropy(x, target, reduction, **options), *draw(shape))
    check(lambda x: F.cross_entropy(x, target, reduction, **options, label_smoothing=0.3), *draw(shape))
    check(lambda x: F.nll_loss(x, target, reduction, **options), *draw(shape))


def test_values():
    x, t = np.array([0.0, 0.5, 3.0]), np.array([0.0, 1.0, 1.0])
    none = lambda fn, *a, **k: fn(*a, reduction="none", **k)
    np.testing.assert_allclose(none(F.mse_loss, x, t), [0, 0.25, 4])
    np.testing.assert_allclose(none(F.l1_loss, x, t), [0, 0.5, 2])
    np.testing.assert_allclose(none(F.huber_loss, x, t), [0, 0.125, 1.5])
    np.testing.assert_allclose(none(F.huber_loss, x, t, delta=0.5), [0, 0.125, 0.875])
    np.testing.assert_allclose(none(F.smooth_l1_loss, x, t, beta=0.5), [0, 0.25, 1.75])
    np.testing.assert_allclose(none(F.hinge_loss, x, 2 * t - 1), [1, 0.5, 0])
    np.testing.assert_allclose(
        F.kl_div(np.log([[0.5, 0.5]]), [[0.75, 0.25]], "sum"), math.log(2) - 0.5623351446
    )
    assert F.mse_loss(x, t) == pytest.approx(4.25 / 3)
    assert F.mse_loss(x, t, "sum") == pytest.approx(4.25)


def test_the_chain_of_losses_agrees():
    x, y = draw((4, 3))[0], [0, 2, 1, 1]
    whole = F.cross_entropy(x, y)
    assert F.nll_loss(F.log_softmax(x, 1), y) == pytest.approx(whole, rel=1e-14)
    one_hot = np.eye(3)[y]
    assert F.kl_div(F.log_softmax(x, 1), one_hot, "batchmean") == pytest.approx(whole, rel=1e-14)
    two = np.stack([0 * x[:, 0], x[:, 0]], 1)  # with two classes: the binary cross-entropy of the difference
    binary = F.binary_cross_entropy_with_logits(x[:, 0], [1, 0, 1, 0])
    assert binary == pytest.approx(F.cross_entropy(two, [1, 0, 1, 0]), rel=1e-14)
    assert F.binary_cross_entropy(F.sigmoid(x), one_hot) == pytest.approx(
        F.binary_cross_entropy_with_logits(x, one_hot), rel=1e-14
    )


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_a_loss_in_the_middle_of_a_network_honours_what_comes_from_above(reduction):
    """Every loss, followed by 3·L², sends 6·L times its own gradient."""
    x, t = draw((2, 3), (2, 3))
    cases = [(fn, *inputs((2, 3))) for fn, inputs in BETWEEN.values()]
    cases += [(F.hinge_loss, x, signs((2, 3))), (F.cross_entropy, x, [2, 0]), (F.nll_loss, x, [2, 0])]
    for fn, x, t in cases:
        leaf = mg.tensor(x, requires_grad=True)
        loss = fn(leaf, t, reduction=reduction)
        (alone,) = mg.grad(loss, leaf)
        (above,) = mg.grad(3 * fn(leaf, t, reduction=reduction) ** 2, leaf)
        np.testing.assert_allclose(above, 6 * loss.item() * alone.numpy(), rtol=1e-12)


def value_and_gradient(fn, x, *args, **options):
    leaf = mg.tensor(x, requires_grad=True)
    y = fn(leaf, *args, **options)
    y.sum().backward()
    return y.numpy(), leaf.grad.numpy()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_extreme_scores(dtype):
    x = np.array([1000.0, 1000, -1000, -1000], dtype)
    y, g = value_and_gradient(F.binary_cross_entropy_with_logits, x, [1, 0, 1, 0], "none")
    np.testing.assert_array_equal(y, [0, 1000, 1000, 0])
    np.testing.assert_array_equal(g, [0, 1, -1, 0])
    scores = np.array([[1000, 0, -1000], [1000, 0, -1000]], dtype)
    y, g = value_and_gradient(F.cross_entropy, scores, [0, 2], "none")
    np.testing.assert_array_equal(y, [0, 2000])
    np.testing.assert_array_equal(g, [[0, 0, 0], [1, 0, -1]])
    y, g = value_and_gradient(F.huber_loss, x, [0, 0, 0, 0], "none")
    np.testing.assert_array_equal(y, [999.5] * 4)
    np.testing.assert_array_equal(g, [1, 1, -1, -1])
    y, g = value_and_gradient(F.hinge_loss, x, [1, -1, 1, -1], "none")
    np.testing.assert_array_equal(y, [0, 1001, 1001, 0])
    np.testing.assert_array_equal(g, [0, 1, -1, 0])
    assert y.dtype == g.dtype == dtype


def test_a_class_that_was_ruled_out_costs_nothing_unless_it_is_right():
    masked = np.array([[0.0, -np.inf, 0.0]])
    y, g = value_and_gradient(F.cross_entropy, masked, [0])
    assert y == pytest.approx(math.log(2))
    np.testing.assert_allclose(g, [[-0.5, 0, 0.5]])
    y, g = value_and_gradient(F.nll_loss, masked, [2])
    assert y == 0
    y, g = value_and_gradient(F.kl_div, masked, [[0.5, 0.0, 0.5]], "sum")
    assert y == pytest.approx(math.log(0.5))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_binary_cross_entropy_costs_at_most_100(dtype):
    y, g = value_and_gradient(F.binary_cross_entropy, np.array([0, 0, 1, 1], dtype), [0, 1, 0, 1], "none")
    np.testing.assert_array_equal(y, [0, 100, 100, 0])
    np.testing.assert_allclose(g, [0, -1e12, 1e12, 0], rtol=1e-6)


def test_conventions_at_kinks():
    _, g = value_and_gradient(F.l1_loss, [1.0], [1.0])
    assert g == 0
    _, g = value_and_gradient(F.hinge_loss, [1.0, -1.0], [1, -1])
    np.testing.assert_array_equal(g, [0, 0])
    for fn in (F.huber_loss, F.smooth_l1_loss):  # at the kink the parabola still holds: second derivative 1
        x = mg.tensor([1.0], requires_grad=True)
        (g,) = mg.grad(fn(x, [0.0]), x, create_graph=True)
        (h,) = mg.grad(g.sum(), x)
        assert (g.item(), h.item()) == (1, 1)
    t = mg.tensor([0.0, 1.0], requires_grad=True)
    F.kl_div(mg.tensor([-1.0, -2.0]), t, "sum").backward()
    np.testing.assert_array_equal(t.grad, [1, 3])  # 0 · log 0 = 0 with slope 0; what is left is -x


def test_smoothing_pulls_towards_all_classes():
    x = mg.tensor([[2.0, 0.0]], requires_grad=True)
    smooth = F.cross_entropy(x, [0], label_smoothing=0.2)
    sharp = F.log_softmax(x.data)
    assert smooth.item() == pytest.approx(-(0.9 * sharp[0, 0] + 0.1 * sharp[0, 1]))


def test_one_node_named_after_the_function_with_targets_of_any_kind():
    x = mg.tensor([0.3, 0.7], requires_grad=True, dtype=np.float32)
    for target in (
        [0, 1],
        np.array([0, 1]),
        np.array([0.0, 1.0]),
        mg.tensor([0, 1]),
        np.array([False, True]),
    ):
        y = F.mse_loss(x, target)
        assert y.node.fun is F.mse_loss
        assert y.dtype == np.float32
        (g,) = mg.grad(y, x, create_graph=True)
        np.testing.assert_allclose(g.numpy(), [0.3, -0.3], rtol=1e-6)
        assert g.dtype == np.float32


SCORES = np.zeros((2, 3))
ERRORS = [
    (F.mse_loss, [np.ones((3, 1)), np.ones(3)], {}, r"target has shape \(3,\), but x has shape \(3, 1\)"),
    (F.l1_loss, [np.ones(3), 1.0], {}, r"target has shape \(\), but x has shape \(3,\)"),
    (
        F.mse_loss,
        [np.ones(3), np.ones(3), "max"],
        {},
        "reduction='max' is not known; it is one of 'mean', 'sum'",
    ),
    (F.mse_loss, [np.ones(3), np.ones(3), "batchmean"], {}, "reduction='batchmean' is not known"),
    (F.huber_loss, [np.ones(3), np.ones(3)], {"delta": 0}, "delta=0 must be positive"),
    (F.smooth_l1_loss, [np.ones(3), np.ones(3)], {"beta": -1.0}, r"beta=-1\.0 must not be negative"),
    (
        F.hinge_loss,
        [np.ones(2), [0, 1]],
        {},
        r"is \+1 or -1 everywhere; for classes 0 and 1 write 2 \* target - 1",
    ),
    (
        F.binary_cross_entropy,
        [np.array([2.0]), [1]],
        {},
        "x holds probabilities.* binary_cross_entropy_with_logits",
    ),
    (F.binary_cross_entropy, [np.array([np.nan]), [1]], {}, "x holds probabilities, between 0 and 1"),
    (F.binary_cross_entropy, [np.array([0.5]), [-1]], {}, "the target holds probabilities, between 0 and 1"),
    (F.binary_cross_entropy_with_logits, [np.array([0.5]), [7]], {}, "the target holds probabilities"),
    (F.kl_div, [np.zeros(2), [0.5, -0.5]], {}, r"not negative; one of them is -0\.5"),
    (F.cross_entropy, [SCORES, [0, 1, 2]], {}, r"scores of shape \(2, 3\), so the target needs shape \(2,\)"),
    (F.cross_entropy, [SCORES, [[0], [1]]], {}, r"This one has shape \(2, 1\)"),
    (F.cross_entropy, [np.zeros((2, 3, 4)), [0, 1]], {}, r"the target needs shape \(2, 4\)"),
    (F.cross_entropy, [SCORES, [0, 3]], {}, "With 3 scores a class is 0 … 2; the target goes from 0 to 3"),
    (
        F.cross_entropy,
        [SCORES, [0, -1]],
        {"ignore_index": -100},
        "a class is 0 … 2; the target goes from -1 to 0",
    ),
    (F.nll_loss, [SCORES, [0, 3]], {}, "With 3 scores a class is 0 … 2"),
    (
        F.cross_entropy,
        [SCORES, [0, 1]],
        {"label_smoothing": 2},
        "label_smoothing=2 is a share, between 0 and 1",
    ),
    (F.cross_entropy, [SCORES, [0, 1], "max"], {}, "reduction='max' is not known"),
    (
        F.cross_entropy,
        [np.zeros(()), 0],
        {},
        "the scores need an axis|they need an axis with one score per class",
    ),
]


@pytest.mark.parametrize(("fn", "args", "options", "message"), ERRORS, ids=range(len(ERRORS)))
def test_errors(fn, args, options, message):
    with pytest.raises(ValueError, match=message):
        fn(mg.tensor(args[0]), *args[1:], **options)


def test_classes_are_integers():
    for fn in (F.cross_entropy, F.nll_loss):
        with pytest.raises(TypeError, match="The target holds classes as integers, not float64"):
            fn(mg.tensor(SCORES), [0.0, 1.0])
