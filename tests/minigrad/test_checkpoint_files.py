"""Checkpoint files: damaged ones, foreign ones, and what a crash while writing leaves behind."""

import json
import os
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad import checkpoint
from minigrad.checkpoint import CheckpointError, load, save


def linear(seed=0):
    return mg.nn.Linear(3, 2, np.random.default_rng(seed))


# Files --------------------------------------------------------------------------------------------------


def test_a_file_cut_off_anywhere_is_refused_and_the_model_untouched(tmp_path):
    path = save(tmp_path / "run.npz", model=linear(), epoch=3)
    whole, model = path.read_bytes(), linear(1)
    before = model.state_dict()
    for size in [0, 1, 3, 4, 100, *range(200, len(whole), 97), len(whole) - 1]:
        path.write_bytes(whole[:size])
        with pytest.raises(CheckpointError, match=r"is damaged, cut off, or no checkpoint"):
            load(path, model=model)
    assert all(np.array_equal(before[name], after) for name, after in model.state_dict().items())


def test_a_flipped_bit_in_the_numbers_is_found(tmp_path):
    model = linear()
    path = save(tmp_path / "run.npz", model=model)
    data = bytearray(path.read_bytes())
    at = data.index(model.weight.data.tobytes())
    data[at + 5] ^= 1
    path.write_bytes(data)
    with pytest.raises(CheckpointError, match=r"damaged, .*Bad CRC-32 for file 'model/weight.npy'"):
        load(path, model=model)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_damage_is_a_checkpoint_error_or_harmless(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp()
    path = save(folder / "fuzzed.npz", model=linear(), epoch=3)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    model = linear(1)
    before = model.state_dict()
    try:
        load(path, model=model)
    except CheckpointError:
        assert all(np.array_equal(before[name], after) for name, after in model.state_dict().items())


def test_foreign_files(tmp_path):
    path = tmp_path / "other.npz"
    np.savez(path, weight=np.zeros(3))
    with pytest.raises(
        CheckpointError, match=r"other.npz is a zip file, but no checkpoint that mg.save wrote"
    ):
        load(path)
    np.save(tmp_path / "array.npy", np.zeros(3))
    with pytest.raises(CheckpointError, match=r"array.npy is damaged, cut off, or no checkpoint"):
        load(tmp_path / "array.npy")
    with pytest.raises(CheckpointError, match=r"There is no file .*missing.npz"):
        load(tmp_path / "missing.npz")
    with pytest.raises(CheckpointError, match=r"There is no file"):
        load(tmp_path)


def rewritten(path, header):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            checkpoint.HEADER, header if isinstance(header, (str, bytes)) else json.dumps(header)
        )
    return path


@pytest.mark.parametrize(("header", "message"), [
    ({"format": "other"}, "is no checkpoint that mg.save wrote"),
    (["minigrad checkpoint"], "is no checkpoint that mg.save wrote"),
    ({"format": "minigrad checkpoint", "version": 2, "values": {}}, "of version 2; this minigrad reads version 1"),
    ({"format": "minigrad checkpoint", "version": 1}, "no checkpoint that can be read: 'values'"),
    ({"format": "minigrad checkpoint", "version": 1, "values": {"x": {"$array": "x"}}}, "can be read: 'x'"),
    ({"format": "minigrad checkpoint", "version": 1, "values": {"x": {"$pickle": "x"}}}, "can be read"),
    ("{", "no checkpoint that can be read: Expecting property name"),
    (b"\xff\xfe\xff", "no checkpoint that can be read"),
])  # fmt: skip
def test_headers_that_are_not_ours(tmp_path, header, message):
    with pytest.raises(CheckpointError, match=message):
        load(rewritten(tmp_path / "run.npz", header))


def test_pickled_arrays_are_not_read(tmp_path):
    path = rewritten(tmp_path / "run.npz", {"format": "minigrad checkpoint", "version": 1, "values": {}})
    with zipfile.ZipFile(path, "a") as archive, archive.open("evil.npy", "w") as entry:
        np.lib.format.write_array(entry, np.array([{"a": 1}]), allow_pickle=True)
    with pytest.raises(CheckpointError, match=r"allow_pickle=False"):
        load(path)


# Writing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("thing", "message"), [
    (lambda x: x, r"callback is '<function.*\(function\)\. A checkpoint keeps what has a state_dict"),
    ({"a": [mg.nn.Linear]}, r"callback/a/0 is \"<class"),
    ([{1, 2}], r"callback/0 is '\{1, 2\}' \(set\)"),
    (np.array([None]), "callback is an array of Python objects, which only pickle could keep"),
])  # fmt: skip
def test_what_cannot_be_saved_is_named_and_the_old_file_stays(tmp_path, thing, message):
    path = save(tmp_path / "run.npz", epoch=1)
    with pytest.raises(CheckpointError, match=message):
        save(path, epoch=2, callback=thing)
    assert load(path) == {"epoch": 1}
    assert os.listdir(tmp_path) == ["run.npz"]


def test_a_crash_while_writing_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = save(tmp_path / "run.npz", epoch=1)

    def broken(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np.lib.format, "write_array", broken)
    with pytest.raises(CheckpointError, match=r"Cannot write .*run.npz: No space left on device"):
        save(path, x=np.zeros(3))
    monkeypatch.setattr(
        np.lib.format, "write_array", lambda *a, **k: (_ for _ in ()).throw(KeyboardInterrupt)
    )
    with pytest.raises(KeyboardInterrupt):
        save(path, x=np.zeros(3))
    monkeypatch.undo()
    assert load(path) == {"epoch": 1}
    assert os.listdir(tmp_path) == ["run.npz"]


def test_the_file_is_on_the_disk_before_it_takes_its_place(tmp_path, monkeypatch):
    done = []
    monkeypatch.setattr(os, "fsync", lambda handle: done.append("fsync"))
    replace = os.replace
    monkeypatch.setattr(os, "replace", lambda a, b: done.append("replace") or replace(a, b))
    save(tmp_path / "run.npz", epoch=1)
    assert done == ["fsync", "replace"]


def test_where_it_cannot_be_written(tmp_path):
    with pytest.raises(CheckpointError, match=r"the folder .*nowhere does not exist. Create it first"):
        save(tmp_path / "nowhere" / "run.npz", epoch=1)
    with pytest.raises(CheckpointError, match=r"Cannot write"):
        save(tmp_path, epoch=1)


def test_the_file_has_the_rights_of_any_new_file(tmp_path):
    path = save(tmp_path / "run.npz", epoch=1)
    plain_file = tmp_path / "plain"
    plain_file.write_text("")
    assert path.stat().st_mode == plain_file.stat().st_mode
    path.chmod(0o600)
    assert save(path, epoch=2).stat().st_mode & 0o777 == 0o600
