"""Layers: what they compute, what they are made with, and what they say of inputs that do not fit."""

import numpy as np
import pytest

import minigrad as mg
from minigrad import nn
from minigrad.nn import functional as F


def rng(seed=0):
    return np.random.default_rng(seed)


def draw(*shape, seed=7):
    return np.random.default_rng([seed, *shape]).normal(size=shape)


# A layer, the shape of its input, and the same by its formula or function.
LAYERS = [
    (nn.Linear(3, 2, rng()), (5, 3), lambda m, x: x @ m.weight.data + m.bias.data),
    (nn.Linear(3, 2, rng(), bias=False), (3,), lambda m, x: x @ m.weight.data),
    (nn.Linear(3, 2, rng()), (2, 4, 3), lambda m, x: np.einsum("abi,io->abo", x, m.weight.data)),
    (nn.Conv1d(2, 3, 3, rng(), stride=2, padding=1), (4, 2, 9),
     lambda m, x: F.conv1d(x, m.weight.data, m.bias.data, 2, 1)),
    (nn.Conv2d(2, 4, (2, 3), rng(), dilation=2, groups=2), (2, 2, 6, 7),
     lambda m, x: F.conv2d(x, m.weight.data, m.bias.data, dilation=2, groups=2)),
    (nn.Conv2d(2, 4, 3, rng(), padding="same", bias=False), (2, 6, 7),
     lambda m, x: F.conv2d(x, m.weight.data, padding="same")),
    (nn.Conv3d(2, 3, 2, rng()), (1, 2, 3, 4, 3), lambda m, x: F.conv3d(x, m.weight.data, m.bias.data)),
    (nn.ConvTranspose1d(2, 4, 3, rng(), stride=2, output_padding=1, groups=2), (3, 2, 4),
     lambda m, x: F.conv_transpose1d(x, m.weight.data, m.bias.data, 2, 0, 1, 2)),
    (nn.ConvTranspose2d(3, 2, 3, rng(), padding=1, dilation=2), (2, 3, 4, 5),
     lambda m, x: F.conv_transpose2d(x, m.weight.data, m.bias.data, padding=1, dilation=2)),
    (nn.ConvTranspose3d(2, 1, 2, rng(), bias=False), (1, 2, 2, 2, 3),
     lambda m, x: F.conv_transpose3d(x, m.weight.data)),
    (nn.MaxPool1d(3, 2, 1), (2, 7), lambda m, x: F.max_pool1d(x, 3, 2, 1)),
    (nn.MaxPool2d(2, dilation=2, ceil_mode=True), (2, 3, 6, 7),
     lambda m, x: F.max_pool2d(x, 2, dilation=2, ceil_mode=True)),
    (nn.MaxPool3d((1, 2, 2)), (2, 3, 4, 4), lambda m, x: F.max_pool3d(x, (1, 2, 2))),
    (nn.AvgPool1d(3, 2, 1, count_include_pad=False), (2, 7),
     lambda m, x: F.avg_pool1d(x, 3, 2, 1, count_include_pad=False)),
    (nn.AvgPool2d(2, ceil_mode=True), (2, 5, 5), lambda m, x: F.avg_pool2d(x, 2, ceil_mode=True)),
    (nn.AvgPool3d(2), (2, 4, 4, 4), lambda m, x: F.avg_pool3d(x, 2)),
    (nn.Flatten(), (2, 3, 4), lambda m, x: x.reshape(2, 12)),
    (nn.Flatten(0, 1), (2, 3, 4), lambda m, x: x.reshape(6, 4)),
    (nn.Flatten(-2), (0, 3, 4), lambda m, x: x.reshape(0, 12)),
    (nn.Identity(), (2, 3), lambda m, x: x),
    (nn.LayerNorm((3, 4)), (2, 3, 4),
     lambda m, x: (x - x.mean((1, 2), keepdims=True)) / np.sqrt(x.var((1, 2), keepdims=True) + 1e-5)),
    (nn.LayerNorm(4, eps=0.1, affine=False), (2, 4),
     lambda m, x: (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 0.1)),
    (nn.ReLU(), (2, 3), lambda m, x: np.maximum(x, 0)),
    (nn.LeakyReLU(0.2), (2, 3), lambda m, x: np.where(x > 0, x, 0.2 * x)),
    (nn.ELU(1.5), (2, 3), lambda m, x: np.where(x > 0, x, 1.5 * np.expm1(x))),
    (nn.GELU("tanh"), (2, 3),
     lambda m, x: x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))),
    (nn.SiLU(), (2, 3), lambda m, x: x / (1 + np.exp(-x))),
    (nn.Sigmoid(), (2, 3), lambda m, x: 1 / (1 + np.exp(-x))),
    (nn.Tanh(), (2, 3), lambda m, x: np.tanh(x)),
    (nn.Softplus(), (2, 3), lambda m, x: np.log1p(np.exp(x))),
    (nn.Softmax(0), (2, 3), lambda m, x: np.exp(x) / np.exp(x).sum(0)),
    (nn.LogSoftmax(), (2, 3), lambda m, x: x - np.log(np.exp(x).sum(-1, keepdims=True))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("layer", "shape", "expected"), LAYERS, ids=lambda v: str(v) if hasattr(v, "forward") else ""
)
def test_layers_compute_their_formulas(layer, shape, expected):
    x = draw(*shape)
    out = layer(mg.tensor(x))
    np.testing.assert_allclose(out.data, expected(layer, x), rtol=1e-12, atol=1e-12)


def test_gelu_is_the_exact_one_unless_asked():
    np.testing.assert_allclose(nn.GELU()(np.array([1.0])), [0.8413447460685429])
    with pytest.raises(ValueError, match='gelu knows approximate="none" and "tanh", not \'erf\''):
        nn.GELU("erf")


def test_no_layer_is_a_kind_of_another():
    layers = [
        value for value in vars(nn).values() if isinstance(value, type) and issubclass(value, nn.Module)
    ]
    related = [
        (a, b) for a in layers for b in layers if a is not b and issubclass(a, b) and b is not nn.Module
    ]
    assert len(layers) > 40
    assert related == []


# Parameters -------------------------------------------------------------------------------------------------


def test_parameters_have_names_for_pictures_dtypes_and_start_values():
    layer = nn.Linear(3, 2, rng(), np.float32, "1")
    assert (layer.weight.name, layer.bias.name) == ("W1", "b1")
    assert layer.weight.dtype == layer.bias.dtype == layer(np.ones((1, 3), np.float32)).dtype == np.float32
    assert not layer.bias.data.any()
    norm = nn.BatchNorm2d(3, name="₂", dtype=np.float32)
    assert [p.name for p in norm.parameters()] == ["γ₂", "β₂"]
    assert norm.running_var.dtype == np.float32
    cell = nn.RNNCell(2, 3, rng(), name="x")
    assert [p.name for p in cell.parameters()] == ["Wx", "Ux", "bx"]
    assert nn.Embedding(3, 2, rng()).weight.name == "E"
    assert nn.Conv1d(1, 1, 1, rng(), dtype=np.float32, name="k").bias.dtype == np.float32


@pytest.mark.parametrize("make", [
    lambda rng: nn.Linear(400, 300, rng),
    lambda rng: nn.Conv2d(8, 300, (5, 10), rng),
    lambda rng: nn.Conv2d(800, 300, (5, 10), rng, groups=100),
    lambda rng: nn.ConvTranspose2d(8, 300, (5, 10), rng),
    lambda rng: nn.ConvTranspose2d(800, 300, (5, 10), rng, groups=100),
])  # fmt: skip
def test_weights_are_he_normal_of_what_one_unit_sees(make):
    weight = make(rng()).weight.data
    assert weight.var() == pytest.approx(2 / 400, rel=0.03)  # each unit sees 400 numbers
    assert np.array_equal(weight, make(rng()).weight.data)
    assert not np.array_equal(weight, make(rng(1)).weight.data)


def test_another_init_may_be_given():
    layer = nn.Linear(3, 2, rng(), init=lambda shape, rng: mg.init.constant(shape, 0.5))
    np.testing.assert_array_equal(layer.weight.data, np.full((3, 2), 0.5))
    np.testing.assert_array_equal(
        nn.Conv1d(2, 3, 2, rng(), init=mg.init.xavier_uniform).weight.data,
        mg.init.xavier_uniform((3, 2, 2), rng()),
    )
    with pytest.raises(
        ValueError, match=r"init gave an array of shape \(3,\) for 'W'; it was asked for \(3, 2\)"
    ):
        nn.Linear(3, 2, rng(), init=lambda shape, rng: np.zeros(3))


def test_transposed_kernels_are_drawn_as_those_of_the_convolution():
    count = lambda shape, rng: np.arange(np.prod(shape)).reshape(shape)
    drawn = count((6, 2, 3), None)  # (out, in/groups, k)
    weight = nn.ConvTranspose1d(4, 6, 3, rng(), groups=2, init=count).weight.data
    for i, o in np.ndindex(4, 3):
        np.testing.assert_array_equal(weight[i, o], drawn[o + 3 * (i // 2), i % 2])


def test_transposed_kernels_are_those_of_the_convolution_turned():
    """A transposed convolution with the weights of a convolution is its transpose: ⟨conv x, y⟩ = ⟨x, convᵀ y⟩."""
    conv = nn.Conv2d(4, 6, 3, rng(), groups=2, bias=False)
    back = nn.ConvTranspose2d(6, 4, 3, rng(), groups=2, bias=False)
    back.weight.data = conv.weight.data
    x, y = draw(1, 4, 5, 5), draw(1, 6, 3, 3)
    np.testing.assert_allclose(np.sum(conv(x).data * y), np.sum(x * back(y).data))


# Layers that behave differently in training ------------------------------------------------------------------


def test_dropout_drops_its_share_and_keeps_the_mean():
    layer = nn.Dropout(0.3, rng())
    out = layer(mg.tensor(np.ones(20_000)))
    assert set(np.unique(out.data)) == {0, 1 / 0.7}
    assert np.mean(out.data == 0) == pytest.approx(0.3, abs=0.01)
    assert not np.array_equal(out.data, layer(np.ones(20_000)))
    x = mg.tensor(np.ones(3))
    assert layer.eval()(x) is x
    assert nn.Dropout(0.0, rng())(x) is x
    assert not nn.Dropout(1.0, rng())(x).data.any()
    again = nn.Dropout(0.3, rng())
    np.testing.assert_array_equal(again(np.ones(20_000)), out.data)
    with pytest.raises(ValueError, match=r"p=1.5 is the probability to drop an entry, between 0 and 1"):
        nn.Dropout(1.5, rng())
    with pytest.raises(TypeError, match="Dropout draws its masks at random"):
        nn.Dropout(0.5)


def test_batchnorm_standardizes_and_remembers():
    layer = nn.BatchNorm1d(3, momentum=0.25)
    layer.weight.data, layer.bias.data = np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.0, 0.0])
    x = draw(10, 3) * 4 + 2
    hat = (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-5)
    np.testing.assert_allclose(layer(mg.tensor(x)).data, hat * [1, 2, 3] + [0, 1, 0])
    np.testing.assert_allclose(layer.running_mean.data, 0.25 * x.mean(0))
    np.testing.assert_allclose(layer.running_var.data, 0.75 + 0.25 * x.var(0, ddof=1))
    before = layer.running_mean.data.copy()
    expected = (x - before) / np.sqrt(layer.running_var.data + 1e-5) * [1, 2, 3] + [0, 1, 0]
    np.testing.assert_allclose(layer.eval()(x).data, expected)
    np.testing.assert_array_equal(layer.running_mean.data, before)


@pytest.mark.parametrize(("layer", "shape"), [
    (nn.BatchNorm1d(3), (4, 3, 5)), (nn.BatchNorm2d(3), (4, 3, 2, 5)), (nn.BatchNorm3d(3), (4, 3, 2, 2, 2)),
])  # fmt: skip
def test_batchnorm_has_one_mean_per_channel(layer, shape):
    y = layer(draw(*shape) + 5).data
    axes = (0, *range(2, len(shape)))
    np.testing.assert_allclose(y.mean(axes), 0, atol=1e-12)
    np.testing.assert_allclose(y.var(axes), 1, atol=1e-3)


def test_batchnorm_without_affine_has_nothing_to_learn():
    layer = nn.BatchNorm1d(2, affine=False)
    assert layer.parameters() == []
    assert repr(layer) == "BatchNorm1d(2, affine=False)"


def test_embedding_looks_rows_up_and_adds_gradients_of_repeated_ones():
    layer = nn.Embedding(4, 2, rng())
    out = layer([[1, 1], [3, 1]])
    np.testing.assert_array_equal(out.data, layer.weight.data[[[1, 1], [3, 1]]])
    out.sum().backward()
    np.testing.assert_array_equal(layer.weight.grad.data, np.array([[0, 0], [3, 3], [0, 0], [1, 1]]))
    with pytest.raises(IndexError, match="this table has the rows 0 … 3"):
        layer([4])


# Mistakes ---------------------------------------------------------------------------------------------------

WRONG_INPUTS = [
    (nn.Linear(12, 2, rng()), (5, 3, 4), r"x of shape \(…, 12\).*\(5, 3, 4\)\. Put mg.nn.Flatten\(\) before"),
    (nn.Linear(12, 2, rng()), (3, 4), r"this x has shape \(3, 4\)\.\nIn"),
    (nn.Linear(3, 2, rng()), (5, 4), r"Linear\(n_in=3, n_out=2\) takes x of shape \(…, 3\), with 3 numbers"),
    (
        nn.Conv2d(1, 2, 3, rng()),
        (5, 8, 8),
        r"\(N, 1, H, W\) or \(1, H, W\), with 1 channel; .*expand_dims\(x, -3\)",
    ),
    (
        nn.Conv2d(3, 2, 3, rng()),
        (5, 8, 8),
        r"\(N, 3, H, W\) or \(3, H, W\), with 3 channels; this x has shape",
    ),
    (nn.Conv1d(1, 2, 3, rng()), (8,), r"np.expand_dims\(x, -2\) adds the axis of the one channel"),
    (
        nn.ConvTranspose2d(2, 1, 3, rng()),
        (1, 3, 8, 8),
        r"ConvTranspose2d\(2, 1, kernel_size=3\) takes x of shape",
    ),
    (
        nn.BatchNorm1d(3),
        (4, 2),
        r"BatchNorm1d\(3\) takes x of shape \(N, C\) or \(N, C, L\) with C=3; .* \(4, 2\)",
    ),
    (nn.BatchNorm2d(3), (4, 3), r"takes x of shape \(N, C, H, W\) with C=3; this x has shape \(4, 3\)"),
    (nn.BatchNorm1d(3), (1, 3), "more than one value per channel"),
    (nn.LayerNorm(3), (4, 2), r"its last axes must be normalized_shape=\(3,\)"),
    (nn.Flatten(1, 3), (2, 3), r"Flatten\(end_axis=3\) flattens the axes 1 to 3; x has shape \(2, 3\)"),
    (nn.Flatten(2, 1), (2, 3, 4), "flattens the axes 2 to 1"),
    (nn.RNNCell(3, 2, rng()), (5, 3), "missing"),
    (nn.RNN(3, 2, rng()), (5, 2, 4), r"takes x of shape \(T, N, 3\) or \(T, 3\)"),
    (nn.RNN(3, 2, rng(), batch_first=True), (3,), r"takes x of shape \(N, T, 3\) or \(T, 3\)"),
    (nn.RNN(3, 2, rng()), (0, 2, 3), "there is no step in time"),
]


@pytest.mark.parametrize(("layer", "shape", "message"), WRONG_INPUTS, ids=lambda v: str(v)[:30])
def test_inputs_that_do_not_fit(layer, shape, message):
    with pytest.raises((ValueError, TypeError), match=message) as caught:
        layer(mg.tensor(np.ones(shape)))
    assert caught.value.__notes__[0].startswith(f"In the module {type(layer).__name__}")


WRONG_OPTIONS = [
    (lambda: nn.Linear(0, 2, rng()), ValueError, "Linear needs a whole number n_in, at least 1; it is 0"),
    (lambda: nn.Linear(2, 2.5, rng()), ValueError, r"whole number n_out, at least 1; it is 2\.5"),
    (lambda: nn.Linear(2, True, rng()), ValueError, "n_out, at least 1; it is True"),
    (lambda: nn.Linear(2, 2), TypeError, r"rng = np.random.default_rng\(0\), and give it to every layer as rng=rng"),
    (lambda: nn.Linear(2, 2, 0), TypeError, "rng=rng, not 0"),
    (lambda: nn.Conv2d(1, 2, 3, 2), TypeError, "Conv2d draws its weights at random, .* not 2"),
    (lambda: nn.Conv2d(3, 2, 3, rng(), groups=2), ValueError, "groups=2 must divide in_channels=3 and out_channels=2"),
    (lambda: nn.Conv2d(1, 2, (3, 3, 3), rng()), ValueError, "kernel_size"),
    (lambda: nn.Embedding(3, 0, rng()), ValueError, "Embedding needs a whole number size"),
    (lambda: nn.BatchNorm1d(2, momentum=2), ValueError, "momentum between 0 and 1; they are 1e-05 and 2"),
    (lambda: nn.LayerNorm((2, 0)), ValueError, "LayerNorm needs a whole number normalized_shape"),
    (lambda: nn.LayerNorm(2, eps=-1), ValueError, "eps must not be negative; it is -1"),
    (lambda: nn.RNN(2, 3, rng(), "sigmoid"), ValueError, "nonlinearity='sigmoid' is not known"),
    (lambda: nn.RNN(2, 3), TypeError, "RNN draws its weights"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "kind", "message"), WRONG_OPTIONS, ids=[m[:40] for *_, m in WRONG_OPTIONS])
def test_options_that_make_no_layer(make, kind, message):
    with pytest.raises(kind, match=message):
        make()


def test_options_that_differ_from_the_usual_are_shown():
    shown = [
        nn.Conv2d(2, 4, (2, 3), rng(), stride=2, groups=2, bias=False), nn.Conv1d(1, 2, 3, rng(), padding="same"),
        nn.ConvTranspose1d(1, 2, 3, rng(), output_padding=1, stride=2), nn.MaxPool2d(2, 1, ceil_mode=True),
        nn.AvgPool1d(3, count_include_pad=False), nn.LayerNorm(3, affine=False), nn.Softmax(0), nn.GELU("tanh"),
        nn.RNNCell(1, 2, rng(), "relu", bias=False), nn.Embedding(5, 2, rng()), nn.ELU(), nn.LeakyReLU(),
    ]  # fmt: skip
    assert [repr(layer) for layer in shown] == [
        "Conv2d(2, 4, kernel_size=(2, 3), stride=2, groups=2, bias=False)",
        "Conv1d(1, 2, kernel_size=3, padding='same')",
        "ConvTranspose1d(1, 2, kernel_size=3, stride=2, output_padding=1)",
        "MaxPool2d(kernel_size=2, stride=1, ceil_mode=True)",
        "AvgPool1d(kernel_size=3, count_include_pad=False)",
        "LayerNorm((3,), affine=False)",
        "Softmax(axis=0)",
        "GELU(approximate='tanh')",
        "RNNCell(input_size=1, hidden_size=2, nonlinearity='relu', bias=False)",
        "Embedding(n=5, size=2)",
        "ELU(alpha=1.0)",
        "LeakyReLU(negative_slope=0.01)",
    ]
