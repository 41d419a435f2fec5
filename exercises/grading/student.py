"""What a test sees as `student`: the names of a submission, as if it were an imported module.

With this module, one can
- test a submission in a worker:    RemoteStudent(session).AddGate().forward([x, y])

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
    """A function, class or object on the other side. Attributes and calls go there; only data comes back."""

    def __init__(self, session: Session, path: list, kind: str, home: Worker | None = None):
        self._session = session
        self._path = path
        self._kind = kind
        self._home = home  # the worker that a numbered object lives in

    def __getattr__(self, name: str) -> Any:
        if re.fullmatch(r"__\w*__", name):
            raise AttributeError(name)
        return RemoteObject(self._session, [*self._path, name], f"{self._kind}.{name}", self._home)

    def __call__(self, *args: Any) -> Any:
        return self._session.call(self._path, list(args), self._kind, self._home)

    def __repr__(self) -> str:
        return f"<{plain_text(self._kind, 60)} in the worker>"


class RemoteTensor:
    """Says that the student returned a Tensor. Its number never takes part in a comparison."""

    requires_grad = False

    def __init__(self, data: np.ndarray):
        self.data = data
