"""Messages between grader and worker: values survive the trip, and nothing else gets through."""

import io
import json
import pickle
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exercises.sandbox import wire


def there_and_back(value):
    arrays = []
    frame = wire.pack({"value": wire.encode(value, arrays)}, arrays)
    message, received = wire.unpack(frame[8:])
    return wire.decode(message["value"], received)


@pytest.mark.parametrize(
    "value", [None, True, 3, -2.5, float("inf"), "text", [1, [2.0, None]], (1, "a"), {"a": [1]}, {3: {}}]
)
def test_plain_values_survive(value):
    assert there_and_back(value) == value


@pytest.mark.parametrize(
    "array",
    [
        np.array(3.5),
        np.zeros((0, 3)),
        np.arange(6.0).reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(12)[::2],
        np.array([True, False]),
        np.float32(2.5),
    ],
)
def test_arrays_survive_and_can_be_written_to(array):
    back = there_and_back(array)
    np.testing.assert_array_equal(back, array)
    assert back.dtype == array.dtype
    assert back.flags.writeable


def test_memory_order_survives():
    assert there_and_back(np.asfortranarray(np.ones((2, 3)))).flags.f_contiguous
    assert there_and_back(np.ones((2, 3))).flags.c_contiguous


@pytest.mark.parametrize(
    "value", [object(), {(1, 2): 1}, {"a": {1, 2}}, np.array([None]), np.array(["a"]), 10**30]
)
def test_what_is_no_number_is_refused_by_the_sender(value):
    with pytest.raises(wire.BadMessage):
        there_and_back(value)


def test_endless_nesting_is_refused():
    endless = []
    endless.append(endless)
    with pytest.raises(wire.BadMessage, match="nested too deeply"):
        there_and_back(endless)
    deep = {"list": [{"list": []}]}
    for _ in range(20):
        deep = {"list": [deep]}
    with pytest.raises(wire.BadMessage, match="nested too deeply"):
        wire.decode(deep, [])


def test_size_is_refused_before_anything_is_read():
    with pytest.raises(wire.BadMessage, match="impossible size"):
        wire.frame_length(struct.pack(">Q", 2 * 2**30))


def test_too_many_arrays_are_refused_on_both_sides():
    with pytest.raises(wire.BadMessage, match="more than 10,000 arrays; put the numbers into one array"):
        there_and_back([np.float64(1)] * 10_001)
    text = json.dumps({"value": None, "blobs": [0] * 10_001}).encode()
    with pytest.raises(wire.BadMessage, match="impossible size"):
        wire.unpack(struct.pack(">Q", len(text)) + text)


def test_keys_that_could_be_chosen_to_collide_are_refused():
    with pytest.raises(wire.BadMessage, match="unknown form"):
        wire.decode({"dict": [[2**61 - 1, 0]]}, [])


def frame_with(blob):
    text = json.dumps({"value": {"array": 0}, "blobs": [len(blob)]}).encode()
    return struct.pack(">Q", len(text)) + text + blob


def npy(header):
    text = header.encode().ljust(118) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


def test_pickles_are_not_opened():
    stream = io.BytesIO()
    np.save(stream, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    for blob in (stream.getvalue(), pickle.dumps(np.ones(3))):
        with pytest.raises(wire.BadMessage):
            wire.unpack(frame_with(blob))


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 99999999999999999999999)}",
        "{'descr': '|O', 'fortran_order': False, 'shape': ()}",
        "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': ()}",
        "{'descr': '<f8', 'shape': (",
        "__import__('os').getcwd()",
        "((((((((((",
    ],
)
def test_headers_that_lie_are_refused(header):
    with pytest.raises(wire.BadMessage):
        wire.unpack(frame_with(npy(header)))


@pytest.mark.parametrize(
    "data",
    [
        {"array": 0},
        {"array": -1},
        {"array": "x"},
        {"object": 1},
        {"tensor": 0},
        {"new": 1},
        {},
        [1],
        {"list": 3},
        {"dict": 3},
        {"dict": [["a"]]},
        {"dict": [[[], 1]]},
        {"function": 0, "type": "f"},
        {"ref": ["a"]},
    ],
)
def test_malformed_values_are_refused(data):
    with pytest.raises(wire.BadMessage):
        wire.decode(data, [])


VALID = wire.pack({"id": 1, "value": {"array": 0}}, [np.arange(4.0)])[8:]


@given(st.integers(0, len(VALID) - 1), st.binary(min_size=1, max_size=12), st.integers(0, len(VALID)))
def test_damaged_frames_give_one_kind_of_error(position, damage, end):
    damaged = (VALID[:position] + damage + VALID[position + len(damage) :])[:end]
    try:
        message, arrays = wire.unpack(damaged)
        wire.decode(message.get("value"), arrays)
    except wire.BadMessage:
        pass
