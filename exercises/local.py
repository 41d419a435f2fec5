"""What a check sees as `student` when the answers are in this process: a notebook's names, or the solution's.

Checks and hidden tests are written once; they run on a LocalStudent, and on a `RemoteStudent` when grading.
"""

from __future__ import annotations

import difflib
from typing import Any

from exercises.errors import CheckFailed, plain_text


class LocalStudent:
    """The names of a namespace in this process: the student's own notebook, or the imported solution."""

    def __init__(self, namespace: dict):
        self._namespace = namespace

    def __getattr__(self, name: str) -> Any:
        if name not in self._namespace:
            raise CheckFailed(f"{name} is not defined", _how_to_define(name, self._namespace))
        value = self._namespace[name]
        if not callable(value):
            kind = plain_text(type(value).__name__, 40)
            raise CheckFailed(f"{name} is not a class", f"In your notebook it is a value of type {kind}.")
        return value


def _how_to_define(name: str, namespace: dict) -> str:
    hint = f"Run the cell with `class {name}(mg.Function): ...` first."
    own = [key for key, value in namespace.items() if isinstance(value, type) and not key.startswith("_")]
    close = difflib.get_close_matches(name, own, 1, 0.7)
    return f"{hint} There is a class {close[0]}: did you mean {name}?" if close else hint
