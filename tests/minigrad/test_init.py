"""Initial weights: variances against their formulas, orthogonality, and what is refused."""

import math

import numpy as np
import pytest

import minigrad as mg

I = mg.init
SHAPES = {(200, 100): (200, 100), (30, 20, 3, 3): (180, 270), (40, 50, 4): (200, 160)}  # shape: n_in, n_out
VARIANCES = {
    "xavier": lambda n_in, n_out: 2 / (n_in + n_out),
    "he": lambda n_in, n_out: 2 / n_in,
    "lecun": lambda n_in, n_out: 1 / n_in,
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", ["normal", "uniform"])
@pytest.mark.parametrize("name", VARIANCES)
def test_variances_are_those_of_the_papers(name, kind, shape):
    fn = getattr(I, f"{name}_{kind}")
    weights = np.stack([fn(shape, np.random.default_rng(k)) for k in range(20)])
    variance = VARIANCES[name](*SHAPES[shape])
    n = weights.size
    assert weights.shape[1:] == shape
    assert abs(weights.mean()) < 5 * math.sqrt(variance / n)
    assert weights.var() == pytest.approx(variance, rel=5 * math.sqrt(2 / n))
    if kind == "uniform":
        assert abs(weights).max() == pytest.approx(math.sqrt(3 * variance), rel=1e-3)
    else:
        assert (weights**4).mean() == pytest.approx(3 * variance**2, rel=0.05)


@pytest.mark.parametrize(
    "name", [*(f"{a}_{b}" for a in VARIANCES for b in ("normal", "uniform")), "orthogonal"]
)
def test_a_gain_is_a_factor_and_a_seed_repeats(name):
    fn = getattr(I, name)
    once = fn((20, 10), np.random.default_rng(3), gain=1.0)
    np.testing.assert_allclose(fn((20, 10), np.random.default_rng(3), gain=2.5), 2.5 * once, rtol=1e-12)
    assert once.dtype == np.float64
    assert not np.array_equal(once, fn((20, 10), np.random.default_rng(4), gain=1.0))


def test_he_can_look_backward():
    for fn in (I.he_normal, I.he_uniform):
        forward = fn((20, 80), np.random.default_rng(0))
        np.testing.assert_allclose(fn((20, 80), np.random.default_rng(0), mode="fan_out"), forward / 2)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4), (6, 2, 3), (2, 6, 3), (7, 1)])
def test_orthogonal_weights_keep_lengths(shape):
    w = I.orthogonal(shape, np.random.default_rng(0), gain=2.0).reshape(shape[0], -1)
    short = min(w.shape)
    gram = w @ w.T if w.shape[0] == short else w.T @ w
    np.testing.assert_allclose(gram, 4 * np.eye(short), atol=1e-12)


def test_orthogonal_weights_prefer_no_direction():
    """With QR's own signs the first diagonal entry would be negative in every draw."""
    first = np.array([I.orthogonal((2, 2), np.random.default_rng(k))[0, 0] for k in range(400)])
    assert abs((first > 0).mean() - 0.5) < 0.1
    angle = np.arccos(first)
    assert angle.mean() == pytest.approx(math.pi / 2, abs=0.2)


def test_signals_neither_vanish_nor_explode_with_the_right_gain():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(500, 100))

    def after_30_layers(init, activation):
        h = x
        for _ in range(30):
            h = activation(h @ init((100, 100), rng))
        return (h**2).mean()

    relu = lambda h: np.maximum(h, 0)
    assert 0.1 < after_30_layers(I.he_normal, relu) < 10
    assert after_30_layers(I.lecun_normal, relu) < 1e-6
    assert after_30_layers(lambda s, r: I.he_normal(s, r, gain=2.0), relu) > 1e6
    assert after_30_layers(I.orthogonal, lambda h: h) == pytest.approx((x**2).mean(), rel=1e-9)


def test_equal_weights_stay_equal():
    """The symmetry saddle: 50 steps later the three hidden units are still copies of one."""
    rng = np.random.default_rng(0)
    x, y = mg.tensor(rng.normal(size=(20, 4))), mg.tensor(rng.normal(size=(20, 1)))

    def train(first, second):
        w, v = mg.Parameter(first), mg.Parameter(second)
        optimizer = mg.optim.SGD([w, v], 0.1, momentum=0.9)
        for _ in range(50):
            optimizer.zero_grad()
            ((np.tanh(x @ w) @ v - y) ** 2).mean().backward()
            optimizer.step()
        return w.data

    same = train(I.constant((4, 3), 0.3), I.constant((3, 1), 0.3))
    assert np.ptp(same, axis=1).max() < 1e-12
    assert abs(same - 0.3).max() > 0.1  # it did learn, as one unit
    assert np.ptp(train(I.xavier_normal((4, 3), rng), I.xavier_normal((3, 1), rng)), axis=1).max() > 0.1


def test_plain_draws():
    rng = np.random.default_rng(0)
    w = I.uniform((1000, 10), rng, -2.0, 3.0)
    assert (w.min() >= -2, w.max() < 3) == (True, True)
    assert w.mean() == pytest.approx(0.5, abs=0.1)
    w = I.normal(10_000, rng, mean=1.0, std=0.1)
    assert (w.mean(), w.std()) == (pytest.approx(1, abs=0.01), pytest.approx(0.1, rel=0.05))
    assert I.normal(3, rng, 2.0, 0.0).tolist() == [2, 2, 2]
    assert I.zeros((2, 0)).shape == (2, 0)
    assert I.zeros(()).shape == ()
    assert I.constant((np.int64(2),), 1).dtype == np.float64


def test_fans():
    assert I.fans((3, 4)) == (3, 4)
    assert I.fans((8, 4, 3, 5, 2)) == (120, 240)


@pytest.mark.parametrize(
    ("name", "gain"),
    [("linear", 1), ("conv2d", 1), ("sigmoid", 1), ("tanh", 5 / 3), ("relu", math.sqrt(2)), ("selu", 0.75)],
)
def test_gains(name, gain):
    assert I.calculate_gain(name) == pytest.approx(gain)
    assert I.calculate_gain("leaky_relu", 1.0) == 1
    assert I.calculate_gain("leaky_relu", 0.0) == I.calculate_gain("relu")


RNG = np.random.default_rng(0)
REFUSED = [
    (
        lambda: I.he_normal((5,), RNG),
        ValueError,
        r"shape \(5,\) has no inputs and outputs.*a bias starts with zeros",
    ),
    (lambda: I.orthogonal(5, RNG), ValueError, r"shape \(5,\) has no inputs and outputs"),
    (lambda: I.xavier_normal((0, 5), RNG), ValueError, r"shape \(0, 5\) has no entries; which size is 0"),
    (
        lambda: I.zeros((2.5, 3)),
        ValueError,
        r"tuple of whole numbers, such as \(300, 100\); this is \(2\.5, 3\)",
    ),
    (lambda: I.zeros((-1, 3)), ValueError, "tuple of whole numbers"),
    (lambda: I.uniform("ab", RNG), ValueError, "tuple of whole numbers.*this is 'ab'"),
    (lambda: I.zeros(((1, 2), (3,))), ValueError, "tuple of whole numbers"),
    (
        lambda: I.he_normal((2, 3), 7),
        TypeError,
        r"must be a numpy\.random\.Generator.*Write .*default_rng\(7\) once",
    ),
    (
        lambda: I.normal((2, 3), np.random),
        TypeError,
        r"this is module\. Write rng = np\.random\.default_rng\(0\)",
    ),
    (
        lambda: I.he_uniform((2, 3), RNG, gain=0),
        ValueError,
        "gain must be above 0, or all weights are 0 and stay so",
    ),
    (lambda: I.orthogonal((2, 3), RNG, gain=-1), ValueError, "gain must be above 0"),
    (
        lambda: I.he_normal((2, 3), RNG, mode="in"),
        ValueError,
        "mode must be 'fan_in' or 'fan_out'; it is 'in'",
    ),
    (lambda: I.uniform(3, RNG, 1.0, 0.0), ValueError, "low must not be above high; they are 1.0 and 0.0"),
    (lambda: I.normal(3, RNG, std=-1), ValueError, "std must be 0 or more; it is -1"),
    (lambda: I.calculate_gain("rellu"), ValueError, "no gain for 'rellu'.*Did you mean 'relu'"),
    (lambda: I.calculate_gain("softmax"), ValueError, "there is for linear, .*, selu"),
    (
        lambda: I.calculate_gain("relu", 0.1),
        ValueError,
        r"Only leaky_relu has a parameter, its slope; relu got 0\.1",
    ),
]


@pytest.mark.parametrize(("call", "error", "message"), REFUSED)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
