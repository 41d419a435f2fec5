"""Summaries: small arrays take another way than large ones, and both say the same."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from minigrad.summary import FULL, of_few, summarize, thumbnail
from minigrad.symbols import number

SHAPES = arrays.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=20)
FLOATS = st.floats(-1e6, 1e6, width=32) | st.sampled_from([0.0, 1e-300, -1e300])


@given(arrays.arrays(np.float64, SHAPES, elements=FLOATS))
def test_a_summary_says_what_numpy_says(array):
    about = summarize(array)
    assert about["shape"] == list(array.shape)
    json.dumps(about, allow_nan=False)
    if array.size == 1:
        assert about["scalar"] == array.item()
        return
    with np.errstate(over="ignore"):
        scale = np.abs(array).max() or 1.0
        assert about["mean"] == pytest.approx(array.mean(), rel=1e-9, abs=1e-12 * scale)
        assert (
            about["norm"] == pytest.approx(scale * np.linalg.norm(array.ravel() / scale), rel=1e-9)
            or scale > 1e150
        )
    assert (about["min"], about["max"]) == (array.min(), array.max())
    assert ("values" in about) is (array.size <= FULL)
    if "values" in about:
        np.testing.assert_array_equal(about["values"], array)


@given(arrays.arrays(np.float64, SHAPES, elements=st.floats(-10, 10)))
def test_a_thumbnail_is_made_of_means_of_blocks(array):
    small = thumbnail(array)
    assert small.ndim == 2
    assert max(small.shape) <= 16
    wide = array.reshape(1, -1) if array.ndim < 2 else array.reshape(-1, array.shape[-1])
    rows, columns = (np.array_split(np.arange(n), min(n, 16)) for n in wide.shape)
    expected = [[wide[np.ix_(r, c)].mean() for c in columns] for r in rows]
    np.testing.assert_allclose(small, expected, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.uint8, np.bool_])
@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3), (30, 40), (0,), (2, 0, 3)])
def test_all_kinds_of_numbers_are_json(dtype, shape):
    about = summarize(np.ones(shape, dtype=dtype))
    assert json.loads(json.dumps(about, allow_nan=False)) == about
    if 0 not in shape:
        assert about.get("scalar", about.get("mean")) == 1


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("size", [1, 4, 100])
def test_what_is_not_finite_becomes_a_word(odd, size):
    array = np.zeros(size)
    array[0] = odd
    about = summarize(array)
    word = {"nan": "nan", "inf": "inf", "-inf": "-inf"}[str(odd)]
    assert about.get("scalar", about.get("max" if odd > 0 or odd != odd else "min")) == word
    json.dumps(about, allow_nan=False)
    if size > 1:
        assert of_few(array, [size]) is None


def test_opposite_infinities_have_no_mean():
    assert summarize(np.array([np.inf, -np.inf, 1.0]))["mean"] == "nan"


def test_numbers_that_overflow_their_norm():
    assert summarize(np.array([1.7e308, -1.7e308]))["norm"] == "inf"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.3"), (-0.0, "0"), (1.5e-7, "1.5e−7"), (-2e21, "−2e21"), (123456.0, "123456"),
        (1234567.0, "1.235e6"), (np.float32(0.1), "0.1"), (7, "7"), (True, "1"), (1 - 2j, "1 − 2i"), (1 + 0j, "1 + 0i"),
    ],
)  # fmt: skip
def test_numbers_as_they_are_shown(value, text):
    assert number(value) == text


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3)])
def test_a_complex_value_shows_its_magnitude_and_keeps_its_shape(shape):
    about = summarize(np.full(shape, 3 - 4j))
    assert about["shape"] == list(shape)
    assert about.get("scalar", about.get("mean")) == 5
    assert about["text"].endswith("3 − 4i" if np.size(np.empty(shape)) == 1 else "magnitude 5")
