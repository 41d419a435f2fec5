"""What a test sees as `student`: the names of a submission, as if it were an imported module.

With this module, one can
- call what it defines:             student.AddGate().forward([x, y]), student.slope(f, x, h=1e-6)
- read what it defines:             student.get("answer"), gate.get("inputs")
- write to its objects:             gate.set("inputs", [x, y])
- let it compute:                   student.evaluate("x * y - x", x=node, y=2.0)
- see what a call changes:          result, (params, grads) = student.step.in_place(params, grads)

`exercises.local.LocalStudent` offers the same for names of this process.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from exercises.errors import CheckFailed, plain_text
from exercises.grading.process import Worker
from exercises.grading.session import Session


class RemoteStudent:
    """The names of a submission that runs in a worker; every access and call is a message."""

    def __init__(self, session: Session):
        self._session = session

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if not self._session.has(name):
            raise CheckFailed(f"{name} is not defined{self._why(name)}")
        return RemoteObject(self._session, [name], name)

    def get(self, name: str) -> Any:
        """A value that the submission defines, as plain data, e.g. ``student.get("answer")``."""
        getattr(self, name)
        return self._session.get([name], name)

    def evaluate(self, expression: str, **names: Any) -> Any:
        """The value of an expression in the submission, e.g. ``student.evaluate("x * y - x", x=x, y=y)``."""
        return self._session.evaluate(expression, names)

    def _why(self, name: str) -> str:
        session = self._session
        for index in session.submission.defining(name):
            if index in session.cell_errors:
                return f": cell {index + 1} {_as_verb(session.cell_errors[index])}"
        return ""


def _as_verb(reason: str) -> str:
    """Reasons of a lost worker are verbs already ("took longer than 10 s"); errors of Python are names."""
    return reason if reason[:1].islower() else f"raised {reason}"


class RemoteObject:
    """A function, class or object on the other side. Attributes and calls go there; only data comes back.

    It has no operators and no truth value, so that a test can never take a student's object for a number or a
    verdict by accident. Two are equal if they are the same object of the same worker.
    """

    def __init__(self, session: Session, path: list, kind: str, home: Worker | None = None):
        self._session = session
        self._path = path
        self._kind = kind
        self._home = home  # the worker that a numbered object lives in

    def __getattr__(self, name: str) -> Any:
        if re.fullmatch(r"__\w*__", name):
            raise AttributeError(name)
        return RemoteObject(self._session, [*self._path, name], f"{self._kind}.{name}", self._home)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._session.call(self._path, self._kind, args, kwargs, self._home)

    def in_place(self, *args: Any, **kwargs: Any) -> tuple[Any, tuple]:
        """Call a function that is meant to change its arguments: (its result, the arguments afterwards)."""
        return self._session.call(self._path, self._kind, args, kwargs, self._home, give_back=True)

    def get(self, name: str) -> Any:
        """The attribute of that name as plain data, e.g. ``optimizer.get("momentum")``."""
        return self._session.get([*self._path, name], f"{self._kind}.{name}", self._home)

    def set(self, name: str, value: Any) -> None:
        """Assign to the attribute of that name, e.g. ``node.set("grad", 0.0)``."""
        self._session.set([*self._path, name], value, f"{self._kind}.{name}", self._home)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RemoteObject):
            return False
        mine, theirs = (self._session, self._home), (other._session, other._home)
        return self._path == other._path and mine == theirs

    def __hash__(self) -> int:
        return hash((id(self._home), *self._path))

    def __bool__(self) -> bool:
        kind = plain_text(self._kind, 60)
        raise CheckFailed(f"{kind}: an object, where plain data is needed")

    def __repr__(self) -> str:
        return f"<{plain_text(self._kind, 60)} in the worker>"


class RemoteTensor:
    """Says that the student returned a Tensor. Its number never takes part in a comparison."""

    requires_grad = False

    def __init__(self, data: np.ndarray):
        self.data = data
