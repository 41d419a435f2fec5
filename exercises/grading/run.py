"""Run the hidden tests of one exercise on one submission, and collect verdicts and reasons.

The tests are ordinary pytest, run in this (trusted) process. A plugin gives them `student`, a proxy into the
worker, and random numbers that are fresh per grading and can be repeated from the printed seed.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from exercises.catalogue import Exercise
from exercises.errors import WrongAnswer, plain_text
from exercises.grading.results import Outcome, Report
from exercises.grading.session import Session
from exercises.grading.student import RemoteStudent
from exercises.grading.submission import Submission

NO_PLUGINS = ("cacheprovider", "faulthandler", "doctest", "unraisableexception", "threadexception")
QUIET = [
    "--tb=no",
    "--noconftest",
    "--capture=no",
    "--import-mode=importlib",
    *(f"-pno:{p}" for p in NO_PLUGINS),
]


def grade(submission: Submission, exercise: Exercise, timeout: float, seed: int) -> Report:
    """Grade one submission. `timeout` is for each call into its code, in seconds.

    Raises:
        RuntimeError: the hidden tests themselves are broken, or no worker can be started.
    """
    with Session(submission, timeout) as session:
        session.ready()
        plugin = Grader(session, seed)
        options = [*QUIET, "-c", os.devnull, "--rootdir", str(exercise.folder.parent)]
        said = io.StringIO()
        with _alone(), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            status = pytest.main([*options, str(exercise.tests)], plugins=[plugin])
        for name, module in list(sys.modules.items()):  # else another tests.py could be taken for this one
            if getattr(module, "__file__", None) == str(exercise.tests):
                del sys.modules[name]
        if status == pytest.ExitCode.INTERRUPTED and not plugin.broken:
            raise KeyboardInterrupt
        if plugin.broken or status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            raise RuntimeError(f"{exercise.tests} cannot be run: {plugin.broken or said.getvalue()}")
        notes = tuple(notes_on(session, exercise))
        return Report(submission.path, exercise.name, seed, session.level, tuple(plugin.outcomes), notes)


def notes_on(session: Session, exercise: Exercise) -> Iterator[str]:
    """What a student should know besides the verdicts: cells that failed, answers that are given twice."""
    for index, reason in sorted(session.cell_errors.items()):
        yield f"Cell {index + 1}: {reason}"
    for answer in exercise.answers:
        cells = [str(index + 1) for index in reversed(session.submission.defining(answer))]
        if len(cells) > 1:
            yield f"{answer} is defined in cells {' and '.join(cells)}; the last one counts."


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Other people's pytest options and plugins have no say in a grade."""
    ours = {"PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


class Grader:
    """A pytest plugin: supplies the fixtures, and turns reports into outcomes."""

    def __init__(self, session: Session, seed: int):
        self.session = session
        self.seed = seed
        self.outcomes: list[Outcome] = []
        self.broken = ""

    @pytest.fixture
    def student(self) -> RemoteStudent:
        return RemoteStudent(self.session)

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        return fresh_rng(self.seed, request.node.name)

    @pytest.fixture
    def seeds(self, rng: np.random.Generator) -> tuple[int, ...]:
        return tuple(int(s) for s in rng.integers(2**31, size=3))

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "points(n): what a hidden test is worth")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken = str(report.longrepr)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            mark = item.get_closest_marker("points")
            if not mark or len(mark.args) != 1 or not mark.args[0] > 0:
                self.broken = f"{item.name} needs a mark such as @pytest.mark.points(2)"

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo) -> Any:
        report = yield
        if report.when == "call" or report.failed:
            error = call.excinfo.value if call.excinfo else None
            mark = item.get_closest_marker("points")
            points = mark.args[0] if mark else 0
            document = getattr(getattr(item, "obj", None), "__doc__", None) or item.name
            title = document.strip().splitlines()[0]
            self.outcomes.append(Outcome(item.name, title, points, report.passed, reason_for(error)))
        return report


def reason_for(error: BaseException | None) -> str:
    """What a student may know about a failed hidden test: the class of error, without its numbers."""
    if error is None:
        return ""
    if isinstance(error, WrongAnswer):
        return plain_text(error.diagnosis, 300)
    if isinstance(error, AssertionError):
        return "not the expected result"
    return f"the answer could not be used by this test ({type(error).__name__})"


def fresh_rng(seed: int, name: str) -> np.random.Generator:
    """Random numbers for one test: they depend on the grading's seed and on no other test."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])
