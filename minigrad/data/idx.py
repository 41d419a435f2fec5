"""The IDX format, in which MNIST and its relatives are published: a short header, then numbers.

    byte 0, 1   zero
    byte 2      the type of the numbers: 8 unsigned bytes, 9 signed bytes, 11 short, 12 int, 13 float, 14 double
    byte 3      the number of axes d
    4 d bytes   the length of every axis, as big-endian integers
    the rest    the numbers, big-endian, the last axis running fastest

Source: LeCun, Cortes & Burges, "The MNIST database of handwritten digits".
"""

from __future__ import annotations

import math
import os
import struct
from pathlib import Path

import numpy as np

from minigrad.errors import UsageError

TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
GZIP = b"\x1f\x8b"


def read_idx(path: str | os.PathLike[str]) -> np.ndarray:
    """The array in an IDX file, which may be compressed with gzip; its content says so, not its name.

    Raises:
        UsageError: the file is not there, is no IDX file, is truncated, or has bytes left over.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "three-idx1-ubyte")
        ...     n = path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9]))
        ...     read_idx(path)
        array([7, 8, 9], dtype=uint8)
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror}.") from None
    if data[:2] == GZIP:
        import gzip
        import zlib

        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            raise UsageError(
                f"{path} is a damaged gzip file ({error}); delete it and get it again."
            ) from None
    return parse_idx(data, str(path))


def parse_idx(data: bytes, name: str = "these bytes") -> np.ndarray:
    """The array that the bytes of an IDX file describe, in this machine's byte order.

    Raises:
        UsageError: no IDX header, or more or fewer numbers than it says.

    Example:
        >>> parse_idx(bytes([0, 0, 11, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 0, 255, 255]))
        array([[256, -1]], dtype=int16)
    """
    if len(data) < 4 or data[:2] != b"\0\0" or data[2] not in TYPES or data[3] == 0:
        raise UsageError(
            f"{name} is no IDX file: it begins with {list(data[:4])}, not with 0, 0, a type "
            f"({', '.join(map(str, TYPES))}) and a number of axes."
        )
    axes = data[3]
    start = 4 + 4 * axes
    if len(data) < start:
        raise UsageError(f"{name} ends inside its header: {len(data)} bytes, and {axes} axes need {start}.")
    shape = struct.unpack(f">{axes}I", data[4:start])
    dtype = np.dtype(TYPES[data[2]])
    expected = start + math.prod(shape) * dtype.itemsize
    if len(data) != expected:
        fault = "is truncated" if len(data) < expected else "has bytes left over"
        size = "×".join(map(str, shape))
        raise UsageError(f"{name} {fault}: {size} numbers make {expected} bytes, and it has {len(data)}.")
    return np.frombuffer(data, dtype, offset=start).reshape(shape).astype(dtype.newbyteorder("="))
