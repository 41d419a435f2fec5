"""Generated data: the formulas, the shapes, the seeds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigrad as mg
from minigrad.data import blobs, curve, moons, polynomial, rings, shifted_shapes, sine, spirals, xor
from minigrad.data.shapes import DRAWINGS, SIDE

CLASSES = [blobs, xor, moons, rings, spirals, shifted_shapes]
ALL = [*CLASSES, sine, polynomial]


@pytest.mark.parametrize("generate", ALL)
def test_the_seed_decides_everything(generate):
    for a, b in zip(generate(20, 0.1, 3), generate(20, 0.1, np.random.default_rng(3)), strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(generate(20, 0.1, 3)[0], generate(20, 0.1, 4)[0])
    assert not np.array_equal(generate(20, 0.1, None)[0], generate(20, 0.1, None)[0])
    rng = np.random.default_rng(0)
    assert not np.array_equal(generate(20, 0.1, rng)[0], generate(20, 0.1, rng)[0])


@pytest.mark.parametrize("generate", ALL)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_types_are_as_asked(generate, dtype):
    x, y = generate(7, 0.1, 0, dtype=dtype)
    assert x.dtype == dtype
    assert y.dtype == (np.int64 if generate in CLASSES else dtype)
    assert len(x) == len(y) == 7


@pytest.mark.parametrize("generate", ALL)
def test_requests_that_make_no_sense(generate):
    with pytest.raises(ValueError, match="n, the number of samples, must be at least 1; it was 0"):
        generate(0)
    with pytest.raises(TypeError, match=r"n, the number of samples, is a whole number; it was 2\.5"):
        generate(2.5)
    with pytest.raises(ValueError, match="noise is a standard deviation, from 0 on; it was -1"):
        generate(5, noise=-1)
    with pytest.raises(
        TypeError, match=r"rng is a seed .* np\.random\.default_rng\(seed\); it was a RandomState"
    ):
        generate(5, rng=np.random.RandomState(0))


@pytest.mark.parametrize("generate", ALL)
def test_noise_has_its_standard_deviation_and_moves_nothing_else(generate):
    clean, noisy = (generate(4000, noise, 5)[generate in (sine, polynomial)] for noise in (0.0, 0.25))
    moved = noisy - clean
    assert moved.std() == pytest.approx(0.25, rel=0.05)
    assert abs(moved.mean()) < 0.02


@given(st.integers(1, 60), st.integers(2, 7), st.integers(0, 5))
def test_classes_are_even(n, classes, seed):
    for generate in (blobs, rings, spirals):
        counts = np.bincount(generate(n, 0.1, seed, classes=classes)[1], minlength=classes)
        assert len(counts) == classes
        assert counts.max() - counts.min() <= 1


def test_classes_come_in_random_order_and_any_may_be_the_one_too_many():
    assert len({tuple(moons(8, 0.0, seed)[1]) for seed in range(20)}) > 10
    assert {int(blobs(1, 0.0, seed)[1][0]) for seed in range(30)} == {0, 1, 2}


def test_blobs_lie_around_the_unit_circle():
    x, y = blobs(100, 0.0, classes=4)
    np.testing.assert_allclose(x[y == 1], np.tile([0, 1], (25, 1)), atol=1e-12)
    np.testing.assert_allclose(x[y == 2], np.tile([-1, 0], (25, 1)), atol=1e-12)


def test_moons_are_half_circles_that_reach_into_each_other():
    x, y = moons(400, 0.0)
    upper, lower = x[y == 0], x[y == 1]
    np.testing.assert_allclose(np.hypot(*upper.T), 1)
    np.testing.assert_allclose(np.hypot(*(lower - [1, 0.5]).T), 1)
    assert upper[:, 1].min() >= 0
    assert lower[:, 1].max() <= 0.5
    assert lower[:, 0].min() < upper[:, 0].max()
    assert upper[:, 1].min() < lower[:, 1].max()


def test_a_spiral_winds_as_often_as_asked():
    x, y = spirals(500, 0.0, turns=2.0)
    radius = np.hypot(*x.T)
    assert 0.1 <= radius.min() < radius.max() <= 1
    angle = 2 * np.pi * (2.0 * radius + y / 2)
    np.testing.assert_allclose(x, radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1), atol=1e-12)


def test_no_line_solves_xor_and_none_solves_rings():
    for generate, most in ((xor, 0.8), (rings, 0.72)):
        x, y = generate(400, 0.0, 1)
        angles = np.linspace(0, 2 * np.pi, 60)
        scores = x @ np.stack([np.cos(angles), np.sin(angles)])
        best = max(((scores > cut) == y[:, None]).mean(0).max() for cut in np.linspace(-1, 1, 41))
        assert best < most


def test_curves_are_columns_on_their_interval():
    x, y = sine(50, 0.0, periods=2)
    assert x.shape == y.shape == (50, 1)
    assert 0 <= x.min() < 0.2 < 0.8 < x.max() <= 1
    np.testing.assert_allclose(y, np.sin(4 * np.pi * x))
    x, y = polynomial(50, 0.0)
    assert -1 <= x.min() < -0.6 < 0.6 < x.max() <= 1
    np.testing.assert_allclose(y, 2 * x**3 - x)


def test_curves_that_cannot_be_drawn():
    with pytest.raises(ValueError, match="low must be below high; they are 1 and 0"):
        curve(np.sin, 5, low=1, high=0)
    with pytest.raises(ValueError, match=r"f must keep the shape of x, \(5, 1\); it returned \(5,\)"):
        curve(lambda x: x[:, 0], 5)
    with pytest.raises(ValueError, match="at least one coefficient"):
        polynomial(5, coefficients=())


def test_each_shape_stands_at_a_random_place_in_full():
    images, y = shifted_shapes(300, 0.0, rng=3, size=8)
    assert images.shape == (300, 1, 8, 8)
    stencils = [np.array([[c == "#" for c in row] for row in rows]) for rows in DRAWINGS.values()]
    places = set()
    for image, k in zip(images[:, 0], y, strict=True):
        rows, columns = np.nonzero(image)
        top, left = rows.min(), columns.min()
        np.testing.assert_array_equal(image[top : top + SIDE, left : left + SIDE], stencils[k])
        assert image.sum() == stencils[k].sum()
        places.add((top, left))
    assert places == {(i, j) for i in range(4) for j in range(4)}


def test_shapes_need_room_and_classes_two():
    with pytest.raises(ValueError, match="size, the side of an image, must be at least 5; it was 4"):
        shifted_shapes(3, size=4)
    with pytest.raises(ValueError, match="classes must be at least 2; it was 1"):
        rings(3, classes=1)


def test_digits_can_be_had_as_images():
    flat, square = mg.data.digits(), mg.data.digits(flat=False)
    assert square.x_train.shape == (1438, 1, 8, 8)
    np.testing.assert_array_equal(square.x_test.reshape(-1, 64), flat.x_test)
