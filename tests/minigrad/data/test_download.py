"""MNIST's format and its download, with small files in the real format and a server on this machine."""

import contextlib
import gzip
import hashlib
import importlib
import os
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import minigrad as mg
from minigrad.data import parse_idx, read_idx
from minigrad.data.download import CHUNK, Source, cache_folder, downloaded, fetch
from minigrad.data.idx import TYPES

sets = importlib.import_module("minigrad.data.mnist")  # the name mg.data.mnist is the function


def idx(array):
    """The array in the IDX format."""
    code = next(k for k, t in TYPES.items() if np.dtype(t) == array.dtype.newbyteorder(">"))
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, code, array.ndim, *array.shape)
    return header + array.astype(TYPES[code]).tobytes()


@given(
    st.sampled_from(["u1", "i1", "i2", "i4", "f4", "f8"]).flatmap(
        lambda t: arrays(np.dtype(t), array_shapes(max_dims=4, min_side=0, max_side=4))
    )
)
def test_what_is_written_is_read(array):
    back = parse_idx(idx(array))
    assert back.dtype == array.dtype
    assert back.dtype.isnative
    np.testing.assert_array_equal(back, array)


GOOD = idx(np.arange(6, dtype=np.uint8).reshape(2, 3))


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"", r"no IDX file: it begins with \[\], not with 0, 0, a type"),
        (b"<!DOCTYPE html>", "no IDX file: it begins with"),
        (b"\0\0\x07\x01" + bytes(8), "no IDX file"),
        (b"\0\0\x08\0", "no IDX file"),
        (GOOD[:9], "ends inside its header: 9 bytes, and 2 axes need 12"),
        (GOOD[:-1], "is truncated: 2×3 numbers make 18 bytes, and it has 17"),
        (GOOD + b"!", "has bytes left over: 2×3 numbers make 18 bytes, and it has 19"),
        (b"\0\0\x0e\x03" + b"\xff" * 12, "is truncated: 4294967295×4294967295×4294967295 numbers"),
    ],
)
def test_bytes_that_are_no_array(data, match):
    with pytest.raises(mg.UsageError, match=match):
        parse_idx(data)


def test_compressed_files_are_known_by_their_content(tmp_path):
    for name, content in (("a.gz", GOOD), ("b", gzip.compress(GOOD))):
        (tmp_path / name).write_bytes(content)
        assert read_idx(tmp_path / name).tolist() == [[0, 1, 2], [3, 4, 5]]


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(mg.UsageError, match=r"Cannot read .*none: No such file"):
        read_idx(tmp_path / "none")
    packed = gzip.compress(GOOD)
    for fault in (packed[:-9], packed[:20] + b"????" + packed[24:], packed[:-8] + bytes(8)):
        (tmp_path / "bad.gz").write_bytes(fault)
        with pytest.raises(mg.UsageError, match=r"bad.gz is a damaged gzip file .* get it again"):
            read_idx(tmp_path / "bad.gz")


class Server(ThreadingHTTPServer):
    """Serves `files`; `faults` spoils some: cut short, other bytes, or endless."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.faults, self.asked = {}, {}, []
        self.address = f"http://127.0.0.1:{self.server_address[1]}/"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        name, server = self.path.lstrip("/"), self.server
        server.asked.append(name)
        content, fault = server.files.get(name), server.faults.get(name)
        if content is None:
            self.send_error(404, "Not Found")
            return
        self.send_response(200)
        if fault != "endless":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        sent = {"cut": content[:-5], "other": content[::-1], "endless": content + bytes(10_000_000)}
        with contextlib.suppress(ConnectionError):  # who has read enough hangs up
            self.wfile.write(sent.get(fault, content))

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache, and no proxy between here and the server."""
    monkeypatch.setenv("MINIGRAD_DATA", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return tmp_path / "cache"


def small_mnist(server, mirrors=None, images=5):
    """A dataset like MNIST, with images[k] = k and labels k."""
    train, test = np.arange(images, dtype=np.uint8), np.arange(2, dtype=np.uint8)
    contents = {
        "train-images-idx3-ubyte.gz": np.tile(train[:, None, None], (1, 28, 28)),
        "train-labels-idx1-ubyte.gz": train,
        "t10k-images-idx3-ubyte.gz": np.full((2, 28, 28), 255, np.uint8),
        "t10k-labels-idx1-ubyte.gz": test,
    }
    server.files = {name: gzip.compress(idx(array)) for name, array in contents.items()}
    files = {name: (len(c), hashlib.sha256(c).hexdigest()) for name, c in server.files.items()}
    return Source("Small", "small", mirrors or (server.address,), files)


def test_a_dataset_is_downloaded_once_and_read(server, cache, monkeypatch, capfd):
    monkeypatch.setattr(sets, "MNIST", small_mnist(server))
    split = mg.data.mnist(progress=False)
    assert split.x_train.shape == (5, 784)
    assert split.x_train.dtype == np.float32
    np.testing.assert_allclose(split.x_train[:, 0], np.arange(5) / 255)
    assert (split.x_test == 1).all()
    assert split.y_train.tolist() == [0, 1, 2, 3, 4]
    assert split.y_train.dtype == np.int64
    assert sorted(server.asked) == sorted(os.listdir(cache / "small"))
    assert capfd.readouterr().err == ""
    assert mg.data.mnist(np.float64, flat=False).x_train.shape == (5, 1, 28, 28)
    assert len(server.asked) == 4


def test_a_bar_shows_the_download(server, cache, monkeypatch, capfd):
    monkeypatch.setattr(sets, "FASHION", small_mnist(server))
    assert mg.data.fashion_mnist().y_test.tolist() == [0, 1]
    assert "train-images-idx3-ubyte.gz: 100%" in capfd.readouterr().err


@pytest.mark.parametrize("fault", ["cut", "other", "endless"])
def test_a_file_that_is_not_the_published_one_is_not_kept_and_the_next_mirror_is_asked(server, cache, fault):
    source = small_mnist(server)
    name = "train-labels-idx1-ubyte.gz"
    server.faults[name] = fault
    with pytest.raises(mg.UsageError, match=f"{name} has (another checksum than|.* bytes instead of)"):
        fetch(source, progress=False)
    assert os.listdir(cache / "small") == ["train-images-idx3-ubyte.gz"]

    server.files[f"good/{name}"] = server.files[name]
    both = source._replace(mirrors=(server.address, server.address + "good/"))
    assert [path.name for path in fetch(both, progress=False)] == list(source.files)


def test_no_more_is_read_than_can_be_the_file(server, cache):
    source = small_mnist(server)
    name, (size, _) = next(iter(source.files.items()))
    server.faults[name] = "endless"
    content = downloaded(server.address + name, size, progress=False)
    assert size < len(content) <= size + CHUNK


def test_a_damaged_file_in_the_cache_is_replaced(server, cache):
    source = small_mnist(server)
    path = fetch(source, progress=False)[1]
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    fetch(source, progress=False)
    assert server.asked.count(path.name) == 2
    assert path.read_bytes() == server.files[path.name]


def test_without_a_network_one_sentence_says_where_to_put_the_files(server, cache):
    source = small_mnist(server, mirrors=("http://127.0.0.1:1/",))
    with pytest.raises(mg.UsageError) as caught:
        fetch(source, progress=False)
    message = str(caught.value)
    assert message.startswith("Small is not here and could not be downloaded (http://127.0.0.1:1/: ")
    assert "refused" in message
    assert f"put these files, as they are published, into {cache / 'small'} yourself: train-images" in message
    assert "MINIGRAD_DATA names another folder" in message
    assert not cache.exists()
    (cache / "small").mkdir(parents=True)
    for name, content in server.files.items():
        (cache / "small" / name).write_bytes(content)
    assert len(fetch(source)) == 4
    assert not server.asked


def test_a_mirror_without_the_file_and_one_damaged_by_hand_are_both_told(server, cache):
    source = small_mnist(server)
    server.files = {}
    (cache / "small").mkdir(parents=True)
    (cache / "small" / "train-images-idx3-ubyte.gz").write_bytes(b"short")
    with pytest.raises(
        mg.UsageError, match=r"is damaged: train-images.* has 5 bytes instead of .*: Not Found"
    ):
        fetch(source, progress=False)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no permissions on folders")
def test_a_cache_that_cannot_be_written(server, cache):
    source = small_mnist(server)
    cache.write_text("a file where the folder should be")
    with pytest.raises(
        mg.UsageError, match=r"Cannot write .*Set MINIGRAD_DATA to a folder that you may write"
    ):
        fetch(source, progress=False)


def test_a_write_that_fails_leaves_no_draft_behind(server, cache, monkeypatch):
    source = small_mnist(server)

    def no_space(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", no_space)
    with pytest.raises(mg.UsageError, match=r"Cannot write .*No space left on device"):
        fetch(source, progress=False)
    assert os.listdir(cache / "small") == []


def test_files_that_do_not_belong_together(server, cache, monkeypatch):
    source = small_mnist(server)
    labels = gzip.compress(idx(np.arange(3, dtype=np.uint8)))
    name = "train-labels-idx1-ubyte.gz"
    server.files[name] = labels
    files = {**source.files, name: (len(labels), hashlib.sha256(labels).hexdigest())}
    monkeypatch.setattr(sets, "MNIST", source._replace(files=files))
    with pytest.raises(mg.UsageError, match=r"images of shape \(5, 28, 28\) and classes of shape \(3,\)"):
        mg.data.mnist(progress=False)


def test_where_the_cache_is(monkeypatch, tmp_path):
    monkeypatch.setenv("MINIGRAD_DATA", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("MINIGRAD_DATA")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "minigrad"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "minigrad"


@pytest.mark.parametrize("source", [sets.MNIST, sets.FASHION], ids=lambda s: s.name)
def test_the_published_sums_are_complete(source):
    assert list(source.files) == list(sets.MNIST.files)
    assert all(len(bytes.fromhex(checksum)) == 32 for _, checksum in source.files.values())
    assert all(mirror.endswith("/") for mirror in source.mirrors)
