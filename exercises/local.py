"""What a check sees as `student` when the answers are in this process: a notebook's names, or the solution's.

Checks and hidden tests are written once; they run on a LocalStudent, and on a `RemoteStudent` when grading.
Both offer the same, so that what works here works there: see `exercises.grading.student` for a list.
"""

from __future__ import annotations

import copy
import difflib
import re
from typing import Any

import numpy as np

from exercises.errors import CheckFailed, plain_text
from exercises.sandbox.wire import is_tensor

PLAIN = (type(None), type(...), bool, int, float, str, np.ndarray, np.generic)


class LocalStudent:
    """The names of a namespace in this process: the student's own notebook, or the imported solution."""

    def __init__(self, namespace: dict):
        self._namespace = namespace

    def __getattr__(self, name: str) -> Any:
        value = self._value(name)
        if not callable(value):
            kind = plain_text(type(value).__name__, 40)
            what = "class" if _is_class_name(name) else "function"
            raise CheckFailed(f"{name} is not a {what}", f"In your notebook it is a value of type {kind}.")
        return LocalObject(value)

    def _value(self, name: str) -> Any:
        if name not in self._namespace:
            raise CheckFailed(f"{name} is not defined", _how_to_define(name, self._namespace))
        return self._namespace[name]

    def get(self, name: str) -> Any:
        return _outside(self._value(name))

    def evaluate(self, expression: str, **names: Any) -> Any:
        return _outside(eval(expression, {**self._namespace, **_inside(names)}))


class LocalObject:
    """A function, class or object of the student's. Attributes and calls reach it; only data comes back."""

    def __init__(self, value: Any):
        self._value = value

    def __getattr__(self, name: str) -> Any:
        if re.fullmatch(r"__\w*__", name):
            raise AttributeError(name)
        return LocalObject(getattr(self._value, name))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _outside(self._value(*_inside(args), **_inside(kwargs)))

    def in_place(self, *args: Any, **kwargs: Any) -> tuple[Any, tuple]:
        args = copy.deepcopy(args)
        return self(*args, **kwargs), args

    def get(self, name: str) -> Any:
        return _outside(getattr(self._value, name))

    def set(self, name: str, value: Any) -> None:
        setattr(self._value, name, _inside(value))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LocalObject) and self._value is other._value

    def __hash__(self) -> int:
        return id(self._value)

    def __deepcopy__(self, memo: dict) -> LocalObject:
        return self  # the student's object stays one object, as it does in a worker

    def __bool__(self) -> bool:
        raise CheckFailed(f"{_kind(self._value)}: an object, where plain data is needed")

    def __repr__(self) -> str:
        return f"<{_kind(self._value)} of this notebook>"


def _kind(value: Any) -> str:
    return plain_text(type(value).__name__, 60)


def _outside(value: Any) -> Any:
    """What the student's code returned, with everything that is not plain data wrapped."""
    if isinstance(value, PLAIN) or is_tensor(value):
        return value
    if isinstance(value, (list, tuple)):
        items = [_outside(item) for item in value]
        return tuple(items) if isinstance(value, tuple) else items
    if isinstance(value, dict) and all(isinstance(key, (str, int)) for key in value):
        return {key: _outside(item) for key, item in value.items()}
    return LocalObject(value)


def _inside(value: Any) -> Any:
    """What a test hands to the student's code, with everything unwrapped; our functions get wrapped values."""
    if isinstance(value, LocalObject):
        return value._value
    if isinstance(value, (list, tuple)):
        items = [_inside(item) for item in value]
        if all(new is old for new, old in zip(items, value, strict=True)):
            return value  # the caller's own list, so that it can be seen if the student changes it
        return tuple(items) if isinstance(value, tuple) else items
    if isinstance(value, dict):
        unwrapped = {key: _inside(item) for key, item in value.items()}
        return value if all(unwrapped[key] is value[key] for key in value) else unwrapped
    if callable(value) and not is_tensor(value):
        return lambda *args, **kwargs: _inside(value(*_outside(args), **_outside(kwargs)))
    return value


def _how_to_define(name: str, namespace: dict) -> str:
    word, title = ("class", "a class") if _is_class_name(name) else ("def", "a function")
    own = [key for key, value in namespace.items() if callable(value) and not key.startswith("_")]
    alike = [key for key in own if isinstance(namespace[key], type) == _is_class_name(name)]
    close = difflib.get_close_matches(name, alike, 1, 0.7)
    hint = f"Run the cell with `{word} {name}` first."
    return f"{hint} There is {title} {close[0]}: did you mean {name}?" if close else hint


def _is_class_name(name: str) -> bool:
    """Classes are written in CamelCase."""
    return name[:1].isupper()
