"""Layer and batch norm by finite differences, their values, running statistics and errors."""

import numpy as np
import pytest

import minigrad as mg
from minigrad.nn import functional as F
from tests.minigrad.rules.probing import check, draw

LAYERS = {  # x, normalized_shape
    "a vector": ((4,), 4),
    "a batch": ((3, 4), 4),
    "the last of three": ((2, 3, 4), (4,)),
    "the last two": ((2, 3, 2), (3, 2)),
    "everything": ((2, 3), [2, 3]),
    "size 1": ((3, 1), 1),
    "empty batch": ((0, 3), 3),
}


@pytest.mark.parametrize(("shape", "sizes"), LAYERS.values(), ids=LAYERS)
def test_layer_norm(shape, sizes):
    per = tuple(sizes) if isinstance(sizes, (tuple, list)) else (sizes,)
    check(lambda x, w, b: F.layer_norm(x, sizes, w, b, eps=0.01), *draw(shape, per, per))
    check(lambda x: F.layer_norm(x, sizes, eps=0.01), *draw(shape))
    check(lambda x, w: F.layer_norm(x, sizes, w, eps=0.01), *draw(shape, per))


BATCHES = [(4, 3), (2, 1), (3, 2, 2), (1, 2, 3), (2, 2, 2, 2)]


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("shape", BATCHES, ids=str)
def test_batch_norm(shape, training):
    c = shape[1]
    mean, var = draw((c,), (c,), low=0.5)
    running = lambda x: (mean.astype(x.dtype), var.astype(x.dtype))
    options = {"training": training, "eps": 0.01}
    check(lambda x, w, b: F.batch_norm(x, *running(x), w, b, **options), *draw(shape, (c,), (c,)))
    check(lambda x: F.batch_norm(x, *running(x), **options), *draw(shape))


def test_an_empty_batch_outside_of_training():
    x = mg.tensor(np.zeros((0, 2)), requires_grad=True)
    F.batch_norm(x, np.zeros(2), np.ones(2)).sum().backward()
    assert x.grad.shape == (0, 2)


def test_mean_0_and_variance_1_whatever_the_scale():
    x = 7 + 100 * draw((5, 4))[0]
    y = F.layer_norm(x, 4)
    np.testing.assert_allclose(y.mean(-1), 0, atol=1e-12)
    np.testing.assert_allclose(y.var(-1), 1, rtol=1e-6)
    z = F.batch_norm(x, None, None, training=True)
    np.testing.assert_allclose(z.mean(0), 0, atol=1e-12)
    np.testing.assert_allclose(z.var(0), 1, rtol=1e-6)


def test_a_constant_sample_gives_0_and_no_nan():
    x = mg.tensor(np.full((2, 3), 5.0), requires_grad=True)
    y = F.layer_norm(x, 3)
    y.backward(np.ones((2, 3)))
    np.testing.assert_array_equal(y.numpy(), np.zeros((2, 3)))
    np.testing.assert_array_equal(x.grad, np.zeros((2, 3)))


def test_the_gradient_has_no_part_along_a_shift_or_a_stretch():
    """Adding a constant or scaling x does not change x̂ (but for eps), so no gradient points there."""
    x = mg.tensor(draw((3, 5))[0], requires_grad=True)
    F.layer_norm(x, 5, eps=1e-30).backward(draw((3, 5), seed=1)[0])
    np.testing.assert_allclose(x.grad.numpy().sum(-1), 0, atol=1e-14)
    np.testing.assert_allclose((x.grad.numpy() * x.data).sum(-1), 0, atol=1e-13)


@pytest.mark.parametrize("kind", [np.array, mg.tensor], ids=["array", "tensor"])
def test_running_statistics_move_in_place_and_outside_of_the_graph(kind):
    mean, var = kind([0.0, 0.0]), kind([1.0, 1.0])
    x = mg.tensor([[1.0, 0.0], [3.0, 0.0], [2.0, 3.0]], requires_grad=True)
    y = F.batch_norm(x, mean, var, training=True, momentum=0.5)
    np.testing.assert_allclose(mean, [1.0, 0.5])
    np.testing.assert_allclose(var, [1.0, 2.0])  # (1 + 1) / 2 and (1 + 3) / 2: the batch's divides by n - 1
    assert [node.fun.__name__ for node in mg.Graph(y).nodes] == ["batch_norm"]
    F.batch_norm(x, mean, var)
    np.testing.assert_allclose(mean, [1.0, 0.5])


def test_outside_of_training_each_sample_stands_alone():
    x = mg.tensor([[1.0], [3.0]], requires_grad=True)
    y = F.batch_norm(x, np.array([1.0]), np.array([4.0]), eps=0)
    np.testing.assert_array_equal(y.numpy(), [[0], [1]])
    y[0].sum().backward()
    np.testing.assert_array_equal(x.grad, [[0.5], [0]])


def test_one_node_named_after_the_function():
    x, w = mg.tensor(np.ones((2, 3)), requires_grad=True), mg.Parameter(np.ones(3))
    assert F.layer_norm(x, 3, w).node.fun.__name__ == "layer_norm"
    y = F.batch_norm(x, None, None, w, training=True)
    assert y.node.fun.__name__ == "batch_norm"
    assert y.node.parents[:2] == (x, w)


def test_weight_and_bias_given_by_name():
    x, w, b = mg.Parameter(draw((2, 3))[0]), mg.Parameter(np.ones(3)), mg.Parameter(np.zeros(3))
    F.layer_norm(x, 3, weight=w, bias=b).sum(axis=0).backward(np.arange(3.0))
    assert w.grad.numpy().any()
    np.testing.assert_array_equal(b.grad, [0, 2, 4])


ONE, X = np.ones(3), np.ones((2, 3))
ERRORS = [
    (F.layer_norm, (X, 2), {}, r"x has shape \(2, 3\); its last axes must be normalized_shape=\(2,\)"),
    (F.layer_norm, (X, ()), {}, r"normalized_shape=\(\), at least one"),
    (
        F.layer_norm,
        (X, 3),
        {"weight": np.ones(2)},
        r"the weight has shape \(2,\); it must be normalized_shape=\(3,\)",
    ),
    (F.layer_norm, (X, 3), {"bias": np.ones((2, 3))}, r"the bias has shape \(2, 3\)"),
    (
        F.batch_norm,
        (ONE, ONE, ONE),
        {},
        r"batch_norm needs the axes \(N, C\) or \(N, C, …\); x has shape \(3,\)",
    ),
    (
        F.batch_norm,
        (X, ONE, np.ones(2)),
        {},
        r"running_var has shape \(2,\); one number per channel is \(3,\)",
    ),
    (F.batch_norm, (X, ONE, ONE, np.ones(2)), {}, r"weight has shape \(2,\); one number per channel"),
    (F.batch_norm, (X, None, None), {}, "outside of training needs running_mean and running_var"),
    (F.batch_norm, (X[:1], ONE, ONE), {"training": True}, "needs more than one value per channel"),
]


@pytest.mark.parametrize(("fn", "args", "options", "message"), ERRORS, ids=range(len(ERRORS)))
def test_errors(fn, args, options, message):
    with pytest.raises(ValueError, match=message):
        fn(mg.tensor(args[0]), *args[1:], **options)
