"""What is recorded: all, nothing, or more than usual; per thread, and for the length of a block.

With this module, one can
- record nothing:           with no_grad(): …
- record after all:         with enable_grad(): …
- look for a mistake:       with detect_anomaly(): …
"""

from __future__ import annotations

import contextlib
import threading
import zlib
from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np

from minigrad.device import to_cpu


class _Blocks:
    """How many blocks are open in all threads that change what is recorded.

    While there are none, which is nearly always, a call need not ask for the state of its own thread: that look
    would cost as much as a third of a small multiplication.
    """

    def __init__(self) -> None:
        self.open = 0
        self._lock = threading.Lock()

    def count(self, change: int) -> None:
        """Note that a block was opened (1) or closed (-1)."""
        with self._lock:
            self.open += change


class _State(threading.local):
    """Whether calls are recorded. One per thread: a loader's thread must not switch off the main one."""

    recording = True
    anomaly = False  # inside `detect_anomaly`
    capturing = False  # while a Graph captures

    def __init__(self) -> None:
        self.branched: deque[tuple[int, str]] = deque(
            maxlen=1000
        )  # when and where the user's code asked "if tensor"


state = _State()
blocks = _Blocks()


class _Recording(contextlib.ContextDecorator):
    def __init__(self, on: bool) -> None:
        self.on = on
        self.before: list[bool] = []

    def __enter__(self) -> None:
        blocks.count(1)
        self.before.append(state.recording)
        state.recording = self.on

    def __exit__(self, *exc: object) -> None:
        state.recording = self.before.pop()
        blocks.count(-1)


def no_grad() -> _Recording:
    """Within this block (or decorated function) nothing is recorded: results are plain data.

    Example:
        >>> import minigrad as mg
        >>> w = mg.Parameter([1.0, 2.0])
        >>> with mg.no_grad():
        ...     y = w * 2
        >>> y.requires_grad
        False
    """
    return _Recording(False)


def enable_grad() -> _Recording:
    """The opposite of `no_grad`: record inside this block even within an outer `no_grad`.

    Example:
        >>> import minigrad as mg
        >>> with mg.no_grad(), mg.enable_grad():
        ...     (mg.Parameter([1.0]) * 2).requires_grad
        True
    """
    return _Recording(True)


@contextlib.contextmanager
def capturing() -> Iterator[None]:
    """Record all that depends on the inputs, comparisons too."""
    before, state.capturing = state.capturing, True
    try:
        yield
    finally:
        state.capturing = before


class detect_anomaly(contextlib.ContextDecorator):
    """While this block runs, every call remembers the user's line, and the backward pass is inspected.

    The first message that is NaN or infinite raises, naming the function, the argument and the line of the
    forward pass; so does an array that was changed after it was used, also one that is no Tensor. Slow: for
    finding a mistake, not for training.

    Raises:
        AnomalyError: (during the backward pass) a message is not finite.
        StaleValueError: (during the backward pass) an array was changed in place.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> x = mg.tensor([0.0, 1.0], requires_grad=True, name="x")
        >>> try:
        ...     with mg.detect_anomaly(), np.errstate(divide="ignore"):
        ...         np.sqrt(x).sum().backward()
        ... except mg.AnomalyError as error:
        ...     print(str(error)[:59])
        The message from sqrt to Tensor 'x' is inf at [0]: upstream
    """

    def __init__(self) -> None:
        self.before: list[bool] = []

    def __enter__(self) -> None:
        blocks.count(1)
        self.before.append(state.anomaly)
        state.anomaly = True

    def __exit__(self, *exc: object) -> None:
        state.anomaly = self.before.pop()
        blocks.count(-1)


def checksum(value: Any) -> int | None:
    """A fingerprint of an array's bytes; None for what is no array."""
    return zlib.crc32(np.ascontiguousarray(to_cpu(value)).tobytes()) if hasattr(value, "shape") else None
