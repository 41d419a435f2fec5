"""Messages between grader and worker: a length, one JSON object, and arrays in NumPy's .npy format.

With this module, one can
- turn values into a message:   encode(value, arrays), pack(message, arrays)
- and back:                     unpack(frame), decode(data, arrays)

Nothing here can run code: no pickle, no object arrays, and sizes are checked before anything is allocated.
A frame is ``length | json length | json | blobs``, the lengths big-endian; the JSON lists the blobs' sizes.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

MAX_FRAME = 64 * 2**20  # bytes; a larger message is refused unread
MAX_JSON = 8 * 2**20  # bytes of it that may be JSON
MAX_DEPTH = 8  # lists in lists in lists ...
MAX_TEXT = 2000  # characters of any one string
NUMBER_KINDS = "biufc"  # bool, int, unsigned, float, complex
LENGTH = struct.Struct(">Q")


class BadMessage(ValueError):
    """What arrived is not a message: too large, cut off, malformed, or holding something not allowed."""


def encode(
    value: Any, arrays: list[np.ndarray], keep: Callable[[Any], dict] | None = None, depth: int = 0
) -> Any:
    """Turn a value into JSON-able data; arrays go to `arrays`, other objects to `keep` (or are refused)."""
    if depth > MAX_DEPTH:
        raise BadMessage("lists nested too deeply")
    if value is None or value is Ellipsis:
        return None
    if isinstance(value, (np.ndarray, np.generic)):
        return {"array": _add(np.asarray(value), arrays)}
    if isinstance(value, (bool, int, float)):
        return value if abs(value) < 2**63 or isinstance(value, float) else {"array": _add(value, arrays)}
    if isinstance(value, str):
        return value[:MAX_TEXT]
    if isinstance(value, (list, tuple)):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return {kind: [encode(v, arrays, keep, depth + 1) for v in value]}
    if is_tensor(value):
        return {"tensor": _add(value.data, arrays)}
    if keep is None:
        raise BadMessage(f"cannot send a {type(value).__name__}")
    return keep(value)


def is_tensor(value: Any) -> bool:
    """Whether a value is a Tensor, ours or another library's (without importing any)."""
    return hasattr(value, "requires_grad") and isinstance(getattr(value, "data", None), np.ndarray)


def _add(value: Any, arrays: list[np.ndarray]) -> int:
    array = np.asarray(value)
    if array.dtype.kind not in NUMBER_KINDS:
        raise BadMessage(f"an array of dtype {array.dtype}, which holds no numbers")
    arrays.append(array)
    return len(arrays) - 1


def decode(data: Any, arrays: list[np.ndarray], other: Callable | None = None, depth: int = 0) -> Any:
    """The value that `encode` was given; `other(kind, data)` makes tensors and kept objects, if allowed."""
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
    if kind == "object" and other and isinstance(content, int):
        return other(kind, {"id": content, "type": str(data.get("type", ""))[:80]})
    raise BadMessage("a value of unknown form")


def _pick(index: Any, arrays: list[np.ndarray]) -> np.ndarray:
    if not isinstance(index, int) or not 0 <= index < len(arrays):
        raise BadMessage("a reference to an array that was not sent")
    return arrays[index]


def pack(message: dict, arrays: list[np.ndarray] | None = None) -> bytes:
    """The bytes of one frame."""
    blobs = []
    for array in arrays or []:
        buffer = io.BytesIO()
        np.lib.format.write_array(buffer, array, allow_pickle=False)
        blobs.append(buffer.getvalue())
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


def _read_npy(blob: bytes) -> np.ndarray:
    """`np.load` without its surprises: the header's claims are compared with the bytes that are there."""
    stream = io.BytesIO(blob)
    version = np.lib.format.read_magic(stream)
    if version != (1, 0):
        raise BadMessage("an array in an unknown format")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream, max_header_size=1000)
    count = 1
    for n in shape:
        count *= n
    rest = blob[stream.tell() :]
    if dtype.kind not in NUMBER_KINDS or any(n < 0 for n in shape) or count * dtype.itemsize != len(rest):
        raise BadMessage("an array that is not what its header says")
    array = np.frombuffer(bytearray(rest), dtype)  # a bytearray, so that the array can be written to
    return array.reshape(shape, order="F" if fortran else "C")
