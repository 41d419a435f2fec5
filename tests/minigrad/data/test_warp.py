"""Warps and augmentations against loops over pixels, and where they must be exact."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from minigrad.data import Compose, Crop, Flip, Noise, Rotate, Shear, Shift, rotate, shear, shift, warp

PIXELS = st.floats(-1, 1, allow_subnormal=False)
RNG = np.random.default_rng(0)


def slow_warp(image, matrix, offset, fill):
    """One image, pixel by pixel, from the definition."""
    h, w = image.shape
    centre = np.array([h - 1, w - 1]) / 2
    out = np.empty((h, w))
    for p in np.ndindex(h, w):
        y, x = matrix @ (np.array(p) - centre) + centre + offset
        total = 0.0
        for i in (math.floor(y), math.floor(y) + 1):
            for j in (math.floor(x), math.floor(x) + 1):
                inside = 0 <= i < h and 0 <= j < w
                total += (1 - abs(y - i)) * (1 - abs(x - j)) * (image[i, j] if inside else fill)
        out[p] = total
    return out


@given(
    st.integers(1, 6),
    st.integers(1, 6),
    arrays(float, (2, 2, 2), elements=st.floats(-2, 2)),
    arrays(float, (2, 2), elements=st.floats(-4, 4)),
    st.sampled_from([0.0, 0.5]),
)
def test_any_linear_map_agrees_with_loops_over_pixels(h, w, matrices, offsets, fill):
    images = np.random.default_rng(h * 7 + w).random((2, 3, h, w))
    fast = warp(images, matrices, offsets, fill)
    for n, c in np.ndindex(2, 3):
        np.testing.assert_allclose(
            fast[n, c], slow_warp(images[n, c], matrices[n], offsets[n], fill), atol=1e-9
        )


@given(st.integers(-5, 5), st.integers(-5, 5))
def test_whole_pixels_are_moved_exactly(down, right):
    images = RNG.random((2, 4, 3))
    expected = np.full((2, 4, 3), 9.0)
    for i, j in np.ndindex(4, 3):
        if 0 <= i + down < 4 and 0 <= j + right < 3:
            expected[:, i + down, j + right] = images[:, i, j]
    np.testing.assert_array_equal(shift(images, down, right, fill=9.0), expected)
    np.testing.assert_array_equal(shift(images, float(down), right, fill=9.0), expected)


def test_bytes_can_be_moved_by_whole_pixels_of_any_integer_type():
    images = np.arange(12, dtype=np.uint8).reshape(2, 1, 2, 3)
    moved = shift(images, 0, np.array([1, 2], dtype=np.uint8), fill=7)
    assert moved.dtype == np.uint8
    assert moved[:, 0].tolist() == [[[7, 0, 1], [7, 3, 4]], [[7, 7, 6], [7, 7, 9]]]
    assert Shift(1)(images, RNG).dtype == np.uint8


def test_half_a_pixel_is_the_mean_of_two():
    assert shift(np.array([[[0.0, 2.0, 6.0]]]), 0, 0.5).tolist() == [[[0, 1, 4]]]
    assert shift(np.array([[[0.0, 2.0, 6.0]]]), 0, [-0.5]).tolist() == [[[1, 4, 3]]]


@pytest.mark.parametrize("quarters", range(-5, 6))
@pytest.mark.parametrize("side", [1, 4, 7])
def test_quarter_turns_are_exact(quarters, side):
    images = RNG.random((2, 3, side, side))
    np.testing.assert_array_equal(rotate(images, 90 * quarters), np.rot90(images, quarters, axes=(2, 3)))


def test_every_image_has_its_own_angle():
    images = RNG.random((3, 5, 5))
    turned = rotate(images, [0, 90, 180])
    for k in range(3):
        np.testing.assert_array_equal(turned[k], np.rot90(images[k], k))


def test_shear_slides_rows_by_the_tangent_and_leans_to_the_right():
    upright = np.zeros((1, 5, 5))
    upright[0, :, 2] = 1
    np.testing.assert_array_equal(shear(upright, 45)[0], np.fliplr(np.eye(5)))
    np.testing.assert_array_equal(shear(upright, -45)[0], np.eye(5))
    half = shear(upright, math.degrees(math.atan(0.5)))[0]
    np.testing.assert_allclose(half[3], [0, 0.5, 0.5, 0, 0], atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(4, 6, 6), (4, 2, 6, 6), (0, 6, 6)])
def test_shapes_and_types_stay_and_the_images_given_are_not_changed(dtype, shape):
    images = RNG.random(shape).astype(dtype)
    before = images.copy()
    steps = [Shift(2), Shift(1.5, whole=False), Rotate(30), Shear(20), Flip(), Crop(6, padding=1), Noise(0.1)]
    for step in [*steps, Compose(steps)]:
        out = step(images, np.random.default_rng(1))
        assert out.shape == shape
        assert out.dtype == dtype
    np.testing.assert_array_equal(images, before)


@pytest.mark.parametrize("step", [Shift(2), Rotate(30), Shear(20), Flip(), Crop(4), Noise(0.1)])
def test_the_seed_decides_and_every_image_is_changed_in_its_own_way(step):
    images = np.tile(RNG.random((1, 6, 6)), (30, 1, 1))
    first, again, other = (step(images, np.random.default_rng(seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert not all(np.array_equal(first[0], image) for image in first)


def test_shift_reaches_every_place_and_no_other():
    images = np.zeros((400, 5, 5))
    images[:, 2, 2] = 1
    moved = Shift(2)(images, np.random.default_rng(0))
    assert {tuple(map(int, p)) for p in np.argwhere(moved)[:, 1:]} == set(np.ndindex(5, 5))
    assert moved.sum() == 400


def test_rotations_stay_within_their_limits():
    bar = np.zeros((200, 1, 21, 21))
    bar[:, :, 10, 20] = 1  # straight to the right of the centre
    turned = Rotate(30)(bar, np.random.default_rng(0))[:, 0]
    row, column = np.einsum("nij,kij->kn", turned, np.indices((21, 21))) / turned.sum((1, 2))
    angle = np.rad2deg(np.arctan2(10 - row, column - 10))
    assert -31 < angle.min() < -25
    assert 25 < angle.max() < 31


def test_flips_come_as_often_as_asked_along_the_axis_asked():
    images = np.arange(8.0).reshape(1, 2, 4) * np.ones((1000, 1, 1))
    out = Flip(p=0.3)(images, np.random.default_rng(0))
    flipped = (out == images[:, :, ::-1]).all(axis=(1, 2))
    assert ((out == images).all(axis=(1, 2)) ^ flipped).all()
    assert 250 < flipped.sum() < 350
    np.testing.assert_array_equal(Flip(1, axis=-2)(images, RNG), images[:, ::-1])
    np.testing.assert_array_equal(Flip(0)(images, RNG), images)


def test_a_crop_is_a_window_of_the_padded_image():
    image = np.arange(1, 13).reshape(1, 1, 3, 4)
    images = np.tile(image, (200, 2, 1, 1))
    crops = Crop((2, 3), padding=1)(images, np.random.default_rng(0))
    padded = np.pad(image[0, 0], 1)
    windows = {padded[i : i + 2, j : j + 3].tobytes() for i in range(4) for j in range(4)}
    assert crops.shape == (200, 2, 2, 3)
    assert {crop[0].tobytes() for crop in crops} == windows
    np.testing.assert_array_equal(crops[:, 0], crops[:, 1])


def test_noise_has_its_standard_deviation():
    noise = Noise(0.2)(np.ones((50, 20, 20)), np.random.default_rng(0)) - 1
    assert noise.std() == pytest.approx(0.2, rel=0.02)


def test_compose_goes_in_order_with_one_stream_of_random_numbers():
    images = RNG.random((4, 6, 6))
    rng = np.random.default_rng(7)
    by_hand = Noise(0.1)(Shift(1)(images, rng), rng)
    np.testing.assert_array_equal(Compose([Shift(1), Noise(0.1)])(images, np.random.default_rng(7)), by_hand)


def test_they_say_how_they_were_made():
    assert repr(Compose([Rotate(10), Crop(4)])) == (
        "Compose(transforms=[Rotate(degrees=10, fill=0.0), Crop(size=(4, 4), fill=0.0, padding=0)])"
    )


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: Shift(-1), ValueError, "Shift: pixels is an amount, from 0 on; it was -1"),
        (lambda: Shift(1.5), ValueError, "1.5 pixels is no whole number: add whole=False"),
        (lambda: Rotate(-3), ValueError, "Rotate: degrees is an amount"),
        (lambda: Shear(90), ValueError, "degrees must be below 90"),
        (lambda: Flip(1.5), ValueError, "p is a probability, from 0 to 1; it was 1.5"),
        (lambda: Flip(axis=0), ValueError, "axis is -1 .* or -2 .*; it was 0"),
        (lambda: Crop(0), ValueError, "each side must be at least 1; it was 0"),
        (lambda: Crop((2, 2, 2)), ValueError, r"one side or \(height, width\); it was \(2, 2, 2\)"),
        (lambda: Crop(2, padding=0.5), TypeError, "Crop: padding is a whole number; it was 0.5"),
        (lambda: Noise(-0.1), ValueError, "Noise: std is an amount"),
        (lambda: Compose([Flip(), 3]), TypeError, "entry 1 cannot be called: 3"),
        (
            lambda: Crop(9)(np.ones((1, 6, 6)), RNG),
            ValueError,
            r"window of \(9, 9\) does not fit into .*\(6, 6\)",
        ),
        (lambda: Rotate(9)(np.ones((1, 6, 6), int), RNG), TypeError, "these are int64. Scale them first"),
        (lambda: Noise(9)(np.ones((1, 6, 6), np.uint8), RNG), TypeError, "these are uint8. Scale them"),
        (
            lambda: Flip()(np.ones((5, 64)), RNG),
            ValueError,
            r"these have \(5, 64\). Flat ones are put in order",
        ),
    ],
)
def test_what_cannot_be_done(make, error, match):
    with pytest.raises(error, match=match):
        make()
