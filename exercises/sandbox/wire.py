"""Messages between grader and worker: a length, one JSON object, and arrays in NumPy's .npy format.

With this module, one can
- turn values into a message:   encode(value, arrays), pack(message, arrays)
- and back:                     unpack(frame), decode(data, arrays)

Plain data travels as it is: None, numbers, texts, arrays, and lists, tuples and dicts of them. What is more
than data stays where it is, and a number or a name stands for it: ``{"object": 3}`` is a value kept by the
worker, ``{"ref": [3, "forward"]}`` names one for the worker to look up, and ``{"function": 0}`` is a function of
the grader, which the worker can only ask to be called.

Nothing here can run code: no pickle, no object arrays, and sizes are checked before anything is allocated.
A frame is ``length | json length | json | blobs``, the lengths big-endian; the JSON lists the blobs' sizes.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

MAX_FRAME = 64 * 2**20  # bytes; a larger message is refused unread
MAX_JSON = 8 * 2**20  # bytes of it that may be JSON
MAX_ARRAYS = 10_000  # arrays in one message: each costs some time to read
MAX_DEPTH = 8  # lists in lists in lists ...
MAX_TEXT = 2000  # characters of any one string
MAX_KEY = 2**20  # numbers as keys of a dict: larger ones could be chosen to collide, which makes dicts slow
NUMBER_KINDS = "biufc"  # bool, int, unsigned, float, complex
MAX_HEADER = 1000  # bytes that describe an array
LENGTH = struct.Struct(">Q")
HEADER_LENGTH = struct.Struct("<H")  # after the eight bytes that every .npy file of version 1.0 begins with


class BadMessage(ValueError):
    """What arrived is not a message: too large, cut off, malformed, or holding something not allowed."""


def encode(
    value: Any, arrays: list[np.ndarray], keep: Callable[[Any], dict] | None = None, depth: int = 0
) -> Any:
    """Turn a value into JSON-able data; arrays go to `arrays`, other objects to `keep` (or are refused).

    Raises:
        BadMessage: it holds something that cannot be sent, or too much, or is nested too deeply.

    Example:
        >>> arrays = []
        >>> encode([3, np.ones(2), {"rate": 0.5}], arrays)
        {'list': [3, {'array': 0}, {'dict': [['rate', 0.5]]}]}
        >>> message, received = unpack(pack({"value": {"array": 0}}, arrays)[8:])
        >>> decode(message["value"], received)
        array([1., 1.])
    """
    if depth > MAX_DEPTH:
        raise BadMessage("lists nested too deeply")
    if value is None or value is Ellipsis:
        return None
    if isinstance(value, (np.ndarray, np.generic)):
        return {"array": _add(np.asarray(value), arrays)}
    if isinstance(value, (bool, int, float)):
        return value if isinstance(value, float) or abs(value) < 2**63 else {"array": _add(value, arrays)}
    if isinstance(value, str):
        return value[:MAX_TEXT]
    if isinstance(value, (list, tuple)):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return {kind: [encode(v, arrays, keep, depth + 1) for v in value]}
    if isinstance(value, dict) and all(_is_key(key) for key in value):
        return {"dict": [[_key(k), encode(v, arrays, keep, depth + 1)] for k, v in value.items()]}
    if is_tensor(value):
        return {"tensor": _add(value.data, arrays)}
    if keep is None:
        raise BadMessage(f"cannot send a {type(value).__name__}")
    return keep(value)


def _is_key(key: Any) -> bool:
    return isinstance(key, str) or (isinstance(key, int) and abs(key) < MAX_KEY)


def _key(key: str | int) -> str | int:
    return key[:MAX_TEXT] if isinstance(key, str) else int(key)


def is_tensor(value: Any) -> bool:
    """Whether a value is a Tensor, ours or another library's (without importing any)."""
    return hasattr(value, "requires_grad") and isinstance(getattr(value, "data", None), np.ndarray)


def _add(value: Any, arrays: list[np.ndarray]) -> int:
    array = np.asarray(value)
    if array.dtype.kind not in NUMBER_KINDS:
        raise BadMessage(f"an array of dtype {array.dtype}, which holds no numbers")
    if len(arrays) >= MAX_ARRAYS:
        raise BadMessage(f"more than {MAX_ARRAYS:,} arrays; put the numbers into one array")
    arrays.append(array)
    return len(arrays) - 1


def decode(data: Any, arrays: list[np.ndarray], other: Callable | None = None, depth: int = 0) -> Any:
    """The value that `encode` was given; `other(kind, data)` makes tensors and kept objects, if allowed.

    Raises:
        BadMessage: it is nothing that `encode` makes.
    """
    if depth > MAX_DEPTH:
        raise BadMessage("lists nested too deeply")
    if data is None or isinstance(data, (bool, int, float)):
        return data
    if isinstance(data, str):
        return data[:MAX_TEXT]
    if not isinstance(data, dict) or not data:
        raise BadMessage("a value of unknown form")
    kind = next(iter(data))
    content = data[kind]
    if kind == "array":
        return _pick(content, arrays)
    if kind == "tensor" and other:
        return other(kind, {"array": _pick(content, arrays)})
    if kind in ("list", "tuple") and isinstance(content, list):
        items = [decode(item, arrays, other, depth + 1) for item in content]
        return items if kind == "list" else tuple(items)
    if kind == "dict" and isinstance(content, list):
        return dict(_item(item, arrays, other, depth + 1) for item in content)
    if kind in ("object", "function") and other and isinstance(content, int):
        return other(kind, {"id": content, "type": str(data.get("type", ""))[:80]})
    if kind == "ref" and other and isinstance(content, list):
        return other(kind, {"path": content})
    raise BadMessage("a value of unknown form")


def _item(item: Any, arrays: list[np.ndarray], other: Callable | None, depth: int) -> tuple[str | int, Any]:
    if not isinstance(item, list) or len(item) != 2 or not _is_key(item[0]):
        raise BadMessage("a value of unknown form")
    return _key(item[0]), decode(item[1], arrays, other, depth)


def _pick(index: Any, arrays: list[np.ndarray]) -> np.ndarray:
    if not isinstance(index, int) or not 0 <= index < len(arrays):
        raise BadMessage("a reference to an array that was not sent")
    return arrays[index]


def pack(message: dict, arrays: list[np.ndarray] | None = None) -> bytes:
    """The bytes of one frame."""
    blobs = [_npy_bytes(array) for array in arrays or []]
    text = json.dumps({**message, "blobs": [len(blob) for blob in blobs]}).encode()
    body = LENGTH.pack(len(text)) + text + b"".join(blobs)
    if len(body) > MAX_FRAME or len(text) > MAX_JSON:
        raise BadMessage(f"{len(body) / 2**20:.0f} MiB of data; at most {MAX_FRAME // 2**20} MiB can be sent")
    return LENGTH.pack(len(body)) + body


def frame_length(header: bytes) -> int:
    """How many bytes follow the eight-byte header.

    Raises:
        BadMessage: more than `MAX_FRAME`.
    """
    (length,) = LENGTH.unpack(header)
    if not LENGTH.size <= length <= MAX_FRAME:
        raise BadMessage("a message of impossible size")
    return length


def unpack(body: bytes) -> tuple[dict, list[np.ndarray]]:
    """The message and the arrays of one frame (without its eight-byte header)."""
    try:
        (text_length,) = LENGTH.unpack_from(body)
        if text_length > MAX_JSON:
            raise BadMessage("a message of impossible size")
        start = LENGTH.size + text_length
        message = json.loads(body[LENGTH.size : start])
        sizes = message.pop("blobs")
        if len(sizes) > MAX_ARRAYS:
            raise BadMessage("a message of impossible size")
        if sum(sizes) != len(body) - start or any(not isinstance(s, int) or s < 0 for s in sizes):
            raise BadMessage("a message whose parts do not add up")
        arrays = []
        for size in sizes:
            arrays.append(_read_npy(body[start : start + size]))
            start += size
    except BadMessage:
        raise
    except Exception as error:  # whatever NumPy's and JSON's readers raise on bytes made to break them
        raise BadMessage("a message that cannot be read") from error
    return message, arrays


def _npy_bytes(array: np.ndarray) -> bytes:
    """An array as a .npy file."""
    fortran = array.flags.f_contiguous and not array.flags.c_contiguous
    return _header(array.dtype.str, fortran, array.shape) + array.tobytes("F" if fortran else "C")


@lru_cache(maxsize=256)  # the same few shapes come again and again
def _header(descr: str, fortran: bool, shape: tuple) -> bytes:
    stream = io.BytesIO()
    fields = {"descr": descr, "fortran_order": fortran, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, fields)
    return stream.getvalue()


def _read_npy(blob: bytes) -> np.ndarray:
    """`np.load` without its surprises: the header's claims are compared with the bytes that are there."""
    (length,) = HEADER_LENGTH.unpack_from(blob, 8)
    start = 8 + HEADER_LENGTH.size + length
    if length > MAX_HEADER or start > len(blob):
        raise BadMessage("an array in an unknown format")
    shape, fortran, dtype = _parse_header(blob[:start])
    count = 1
    for n in shape:
        count *= n
    rest = blob[start:]
    if dtype.kind not in NUMBER_KINDS or any(n < 0 for n in shape) or count * dtype.itemsize != len(rest):
        raise BadMessage("an array that is not what its header says")
    array = np.frombuffer(bytearray(rest), dtype)  # a bytearray, so that the array can be written to
    return array.reshape(shape, order="F" if fortran else "C")


@lru_cache(maxsize=256)
def _parse_header(header: bytes) -> tuple[tuple[int, ...], bool, np.dtype]:
    stream = io.BytesIO(header)
    if np.lib.format.read_magic(stream) != (1, 0):
        raise BadMessage("an array in an unknown format")
    return np.lib.format.read_array_header_1_0(stream, max_header_size=MAX_HEADER)
