"""Functions of the grader that a student's code may call: they stay here, and are called here.

With this module, one can
- give a function a number to send instead of it:   functions.keep(np.sum) -> {"function": 0, …}
- answer the calls of one request:                  Calls(functions, largest).answer(message, arrays)

The worker names a function by its number and sends plain arguments; it gets the value, or an error that names
no number and no line of ours. A student's code could call as often, and with whatever it likes, so that both
are bounded: `MAX_CALLS` per request, and not more numbers at a time than the largest argument sent to the worker.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from exercises.errors import WrongAnswer, plain_text
from exercises.sandbox import wire

MAX_CALLS = 50_000  # of all functions together, while one request is answered
MAX_DEPTH = 4  # our function calls theirs, which calls ours, ...
LEAST = 64  # numbers that arguments may always have
TELL = ("ValueError", "TypeError", "IndexError", "ZeroDivisionError", "OverflowError", "MemoryError")


class TooManyCalls(Exception):
    """More calls than any right answer needs; its text completes "your code …"."""


class Functions:
    """The functions that one worker knows, by number. The same function keeps its number.

    Example:
        >>> functions = Functions()
        >>> functions.keep(np.sin), functions.keep(np.sin)["function"]
        ({'function': 0, 'type': 'sin'}, 0)
        >>> functions[0] is np.sin
        True
    """

    def __init__(self) -> None:
        self.known: list[Callable] = []

    def keep(self, function: Callable) -> dict:
        """The message that stands for a function."""
        number = next((n for n, known in enumerate(self.known) if known is function), len(self.known))
        if number == len(self.known):
            self.known.append(function)
        return {"function": number, "type": plain_text(getattr(function, "__name__", "f"), 40)}

    def __getitem__(self, number: Any) -> Callable:
        """The function of that number.

        Raises:
            BadMessage: there is none.
        """
        if not isinstance(number, int) or not 0 <= number < len(self.known):
            raise wire.BadMessage("a call of a function that it was not given")
        return self.known[number]


class Calls:
    """The calls that come while one request is answered.

    Attributes:
        count: how many came.
        failure: the first failed assertion inside one of our functions: it decides the test.
    """

    def __init__(self, functions: Functions, largest: int, encode: Callable, decode: Callable):
        self.functions, self.largest = functions, largest
        self.encode, self.decode = encode, decode
        self.count = 0
        self.failure: BaseException | None = None

    def answer(self, message: dict, arrays: list[np.ndarray]) -> tuple[dict, list[np.ndarray]]:
        """Call what a message asks for; the value or the error, ready to be sent.

        Raises:
            BadMessage: the message is not one that our worker would send.
            TooManyCalls: there were `MAX_CALLS` before it.
        """
        self.count += 1
        function = self.functions[message["call"]]
        name = plain_text(getattr(function, "__name__", "f"), 40)
        if self.count > MAX_CALLS:
            raise TooManyCalls(f"called {name} more than {MAX_CALLS:,} times")
        given = self.decode(message.get("args"), arrays)
        if (size := _size(given)) > self.largest + LEAST:
            return _error("ValueError", f"{name} was given {size} numbers: more than its inputs have"), []
        if not (isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], dict)):
            raise wire.BadMessage("a call without arguments")
        args, kwargs = given
        sent: list[np.ndarray] = []
        try:
            with np.errstate(all="ignore"):
                value = function(*args, **{str(key): value for key, value in kwargs.items()})
            return {"value": self.encode(value, sent)}, sent
        except (AssertionError, *WrongAnswer) as failure:
            self.failure = self.failure or failure
            return _error("RuntimeError", f"{name} refused these arguments"), []
        except Exception as error:
            kind = type(error).__name__
            kind = kind if kind in TELL else "RuntimeError"
            return _error(kind, f"{name} cannot be computed from these arguments"), []


def _error(kind: str, message: str) -> dict:
    return {"error": {"type": kind, "message": message}}


def _size(value: Any) -> int:
    """How many numbers there are in a value, lists and dicts included."""
    if isinstance(value, (list, tuple)):
        return sum(map(_size, value))
    if isinstance(value, dict):
        return sum(map(_size, value.values()))
    array = value.data if wire.is_tensor(value) else value
    return array.size if isinstance(array, np.ndarray) else 1
