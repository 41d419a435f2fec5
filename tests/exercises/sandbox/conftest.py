"""What the tests of the sandbox share: the levels that exist here, and a way to run a program in a worker."""

import textwrap
from pathlib import Path

import pytest

from exercises.grading import levels
from exercises.grading.policy import DEFAULT
from exercises.grading.session import Session
from exercises.grading.student import RemoteStudent
from exercises.grading.submission import Submission


@pytest.fixture
def at_level(monkeypatch):
    """Use a level for the rest of the test, or skip the test where it is not to be had."""

    def use(level):
        monkeypatch.setenv(levels.CHOICE, level)
        if levels.best() != level:
            pytest.skip(f"level {level} is not to be had here; the best is {levels.best()}")
        return level

    return use


@pytest.fixture(params=levels.LEVELS)
def level(request, at_level):
    """Each level that exists here."""
    return at_level(request.param)


@pytest.fixture(params=("strong", "standard"))
def walled(request, at_level):
    """Each level with walls that exists here."""
    return at_level(request.param)


@pytest.fixture
def run():
    """Run a program, or several cells, in a worker."""
    sessions = []

    def start(*cells, timeout=30.0, memory=2**30, policy=DEFAULT):
        cells = tuple(map(textwrap.dedent, cells))
        sessions.append(Session(Submission(Path("x.py"), cells), timeout, memory, policy))
        return RemoteStudent(sessions[-1])

    yield start
    for session in sessions:
        session.stop()
