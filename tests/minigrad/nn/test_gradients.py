"""Gradients through every layer, with respect to its input and its parameters, at orders 1 and 2."""

import numpy as np
import pytest

import minigrad as mg
from minigrad import nn


def rng(seed=0):
    return np.random.default_rng(seed)


def draw(*shape, seed=3):
    """Numbers of which no two are near each other, nor near 0: away from the kinks of relu and max."""
    n = int(np.prod(shape))
    values = (np.arange(n) - n / 2 + 0.37) / n * 3
    return np.random.default_rng([seed, *shape]).permutation(values).reshape(shape)


def classes(x):
    return nn.CrossEntropyLoss(label_smoothing=0.1)(x, [0, 2])


SMOOTH = [
    (nn.Linear(3, 2, rng()), (4, 3)),
    (nn.Conv1d(2, 2, 2, rng(), stride=2, padding=1), (2, 2, 4)),
    (nn.Conv2d(2, 2, 2, rng(), groups=2), (1, 2, 3, 3)),
    (nn.Conv3d(1, 1, 2, rng(), bias=False), (1, 1, 2, 3, 2)),
    (nn.ConvTranspose1d(2, 2, 2, rng(), stride=2, groups=2), (1, 2, 3)),
    (nn.ConvTranspose2d(1, 2, 2, rng()), (1, 1, 2, 2)),
    (nn.ConvTranspose3d(1, 1, 2, rng()), (1, 1, 1, 2, 2)),
    (nn.AvgPool1d(2), (2, 5)),
    (nn.AvgPool2d(2, 1, 1), (1, 3, 3)),
    (nn.AvgPool3d(2), (2, 2, 2)),
    (nn.Flatten(), (2, 3, 2)),
    (nn.BatchNorm1d(2), (5, 2)),
    (nn.BatchNorm2d(2), (2, 2, 2, 2)),
    (nn.BatchNorm3d(1, affine=False), (2, 1, 1, 2, 2)),
    (nn.BatchNorm1d(2).eval(), (3, 2)),
    (nn.LayerNorm((2, 2)), (3, 2, 2)),
    (nn.RNNCell(2, 3, rng()), (2, 2), (2, 3)),
    (nn.RNN(2, 2, rng()), (3, 2, 2), (2, 2)),
    (nn.RNN(2, 2, rng(), batch_first=True, bias=False), (1, 3, 2)),
    (nn.GELU(), (2, 3)), (nn.GELU("tanh"), (2, 3)), (nn.SiLU(), (2, 3)), (nn.Sigmoid(), (2, 3)), (nn.Tanh(), (2, 3)),
    (nn.Softplus(), (2, 3)), (nn.Softmax(0), (2, 3)), (nn.LogSoftmax(), (2, 3)),
    (nn.Sequential(nn.Linear(3, 2, rng()), nn.Tanh(), nn.Linear(2, 3, rng(1)), classes), (2, 3)),
]  # fmt: skip
KINKED = [
    (nn.MaxPool1d(2), (2, 6)), (nn.MaxPool2d(2, 1), (1, 3, 3)), (nn.MaxPool3d((1, 2, 2)), (1, 2, 4)),
    (nn.ReLU(), (2, 3)), (nn.LeakyReLU(0.1), (2, 3)), (nn.ELU(0.7), (2, 3)),
    (nn.RNN(2, 3, rng(), "relu"), (3, 2, 2)),
]  # fmt: skip


def check(layer, *shapes, order):
    """The layer as a function of its inputs and parameters, all of which are checked."""
    places = [(vars(module), name) for module in layer.modules() for name, _ in module._held(mg.Parameter)]
    learned = [attributes[name] for attributes, name in places]

    def run(*values):
        inputs, parameters = values[: len(shapes)], values[len(shapes) :]
        try:
            for (attributes, name), value in zip(places, parameters, strict=True):
                attributes[name] = value
            out = layer(*inputs)
        finally:
            for (attributes, name), value in zip(places, learned, strict=True):
                attributes[name] = value
        return np.sum(out[0] * draw(*out[0].shape)) + np.sum(out[1]) if isinstance(out, tuple) else out

    values = [mg.tensor(draw(*shape)) for shape in shapes]
    values += [mg.tensor(draw(*p.shape, seed=k), name=p.name) for k, p in enumerate(learned)]
    (mg.gradcheck if order == 1 else mg.gradgradcheck)(run, values)


@pytest.mark.parametrize("case", SMOOTH + KINKED, ids=lambda case: type(case[0]).__name__)
def test_first_order(case):
    check(*case, order=1)


@pytest.mark.parametrize("case", SMOOTH, ids=lambda case: type(case[0]).__name__)
def test_second_order(case):
    check(*case, order=2)


def test_dropout_lets_the_gradient_through_where_it_let_the_value_through():
    x = mg.tensor(np.ones(50), requires_grad=True)
    out = nn.Dropout(0.4, rng())(x)
    out.sum().backward()
    np.testing.assert_array_equal(x.grad.data, out.data)


def test_embedding():
    layer = nn.Embedding(4, 2, rng())

    def run(table):
        vars(layer)["weight"] = table
        return layer([0, 3, 3])

    mg.gradcheck(run, [mg.tensor(draw(4, 2))])
    mg.gradgradcheck(run, [mg.tensor(draw(4, 2))])
