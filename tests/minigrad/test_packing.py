"""Values as JSON and arrays, and back."""

import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad.packing import pack, unpack

plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
values = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.integers() | st.tuples(st.integers()), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@given(values)
def test_plain_values_come_back_as_they_were(value):
    arrays = {}
    text = json.dumps(pack(value, "value", arrays), allow_nan=False)
    back = unpack(json.loads(text), arrays)
    assert back == value
    assert repr(back) == repr(value)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["a", "a/b", "b"]), max_size=6))
def test_arrays_of_equal_paths_are_kept_apart(names):
    value = {"a": {"b": np.array([0.0])}, "a/b": np.array([1.0]), "list": [np.array([len(n)]) for n in names]}
    arrays = {}
    back = unpack(pack(value, "", arrays), arrays)
    assert back["a"]["b"] == 0
    assert back["a/b"] == 1
    assert len(arrays) == 2 + len(names)


def test_numbers_of_numpy_keep_their_type():
    arrays = {}
    value = [np.float32(0.1), np.int64(3), np.bool_(True), np.float64("nan")]
    back = unpack(pack(value, "v", arrays), arrays)
    assert [type(x) for x in back] == [np.float32, np.int64, np.bool_, np.float64]
    assert np.isnan(back[-1])
    assert unpack(pack(mg.tensor([1.0]), "v", arrays), arrays).tolist() == [1.0]
    assert np.isnan(unpack(pack(float("nan"), "v", arrays), arrays))
