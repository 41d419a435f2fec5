"""Run the hidden tests of one exercise on one submission, and collect verdicts and reasons.

The tests are ordinary pytest, run in this (trusted) process. A plugin gives them `student`, a proxy into the
worker, and random numbers that are fresh per grading and can be repeated from the printed seed.
"""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
import io
import os
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from exercises.catalogue import Exercise
from exercises.errors import CheckFailed, WrongAnswer, plain_text
from exercises.grading.policy import Policy, policy_of
from exercises.grading.process import Worker
from exercises.grading.results import Outcome, Report
from exercises.grading.session import Session
from exercises.grading.student import RemoteStudent
from exercises.grading.submission import Submission

NO_PLUGINS = (
    *("cacheprovider", "faulthandler", "doctest", "unraisableexception", "threadexception"),
    *("junitxml", "legacypath", "logging", "pastebin", "setuponly", "setupplan", "stepwise", "unittest"),
)  # what hidden tests need no part of would be set up again for each submission
QUIET = [
    "--tb=no",
    "--noconftest",
    "--capture=no",
    "--import-mode=importlib",
    *(f"-pno:{p}" for p in NO_PLUGINS),
]
CALLS = 30  # a submission may take as long as this many calls that each use up their time
FINISHED = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)
ONE_AT_A_TIME = threading.Lock()  # pytest, standard output and the environment belong to the whole process


def grade(
    submission: Submission,
    exercise: Exercise,
    timeout: float,
    seed: int,
    memory: int | None = None,
    known: Mapping[str, Outcome] | None = None,
    emit: Callable[[Outcome], None] = lambda outcome: None,
) -> Report:
    """Grade one submission.

    Args:
        submission: as `read` returns it.
        exercise: as `catalogue.find` returns it.
        timeout: seconds for each call into its code.
        seed: where the tests' random numbers start.
        memory: bytes that its process may use; by default what the sandbox grants.
        known: outcomes of an earlier, interrupted run by test name; these tests are not run again.
        emit: told of each outcome as soon as it is there.

    Raises:
        RuntimeError: the hidden tests themselves are broken, or no worker can be started.
    """
    try:
        policy = policy_of(exercise.tests)
    except (SyntaxError, ValueError) as error:
        raise RuntimeError(f"{exercise.tests} cannot be run: {error}") from None
    with ONE_AT_A_TIME, LimitedSession(submission, timeout, memory, policy) as session:
        session.ready()
        plugin = Grader(session, seed, known or {}, emit)
        _pytest(exercise, plugin)
        notes = (*submission.notes, *notes_on(session, exercise))
        return Report(submission.path, exercise.name, seed, session.level, plugin.in_order(), notes)


class LimitedSession(Session):
    """A session that ends: code that is slow in every one of hundreds of calls holds nobody else up."""

    def __init__(self, submission: Submission, timeout: float, memory: int | None, policy: Policy):
        super().__init__(submission, timeout, memory, policy)
        self.seconds = CALLS * timeout
        self.until = time.monotonic() + self.seconds

    def ready(self) -> Worker:
        if time.monotonic() > self.until:
            self.stop()
            raise CheckFailed(f"your code has used up the {self.seconds:g} s for all tests together")
        return super().ready()


def listed(exercise: Exercise) -> tuple[Outcome, ...]:
    """The hidden tests of an exercise, none of them passed: what a submission that cannot be read gets.

    Raises:
        RuntimeError: the hidden tests themselves are broken.
    """
    plugin = Lister()
    with ONE_AT_A_TIME:
        _pytest(exercise, plugin, "--collect-only")
    return plugin.in_order()


def _pytest(exercise: Exercise, plugin: Lister, *options: str) -> None:
    """Run the hidden tests of an exercise with a plugin, quietly."""
    said = io.StringIO()
    # without a confcutdir, pytest would list every folder from the root of the file system down
    places = ["--rootdir", str(exercise.folder.parent), "--confcutdir", str(exercise.folder.parent)]
    settings = [*QUIET, "-c", os.devnull, *places, *options]
    with _alone(), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = pytest.main([*settings, str(exercise.tests)], plugins=[plugin])
    for name, module in list(sys.modules.items()):  # else another tests.py could be taken for this one
        if getattr(module, "__file__", None) == str(exercise.tests):
            del sys.modules[name]
    if status == pytest.ExitCode.INTERRUPTED and not plugin.broken:
        raise KeyboardInterrupt
    if plugin.broken or status not in FINISHED or not plugin.items:
        why = plugin.broken or said.getvalue() or "there are no tests in it"
        raise RuntimeError(f"{exercise.tests} cannot be run: {why}")


def notes_on(session: Session, exercise: Exercise) -> Iterator[str]:
    """What a student should know besides the verdicts: cells that failed, answers that are given twice."""
    said = session.submission.exercise
    if said and said != exercise.name:
        yield f"This is a notebook of exercise {plain_text(said, 40)}; it was graded as {exercise.name}."
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


class Lister:
    """A pytest plugin that learns which hidden tests there are, and what they are worth."""

    def __init__(self) -> None:
        self.items: dict[str, Outcome] = {}  # by name, in the order of tests.py
        self.broken = ""

    def in_order(self) -> tuple[Outcome, ...]:
        return tuple(self.items.values())

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "points(n): what a hidden test is worth")
        config.addinivalue_line(
            "markers", "task(name): the task that it belongs to, if its name does not say"
        )

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken = str(report.longrepr)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            mark = item.get_closest_marker("points")
            if not mark or len(mark.args) != 1 or not mark.args[0] > 0:
                self.broken = f"{item.name} needs a mark such as @pytest.mark.points(2)"
                continue
            document = inspect.getdoc(getattr(item, "obj", None)) or item.name
            title = document.strip().partition("\n")[0]
            if callspec := getattr(item, "callspec", None):  # else all cases of a test would look the same
                title += f" ({callspec.id})"
            self.items[item.name] = Outcome(item.name, title, mark.args[0], False)


class Grader(Lister):
    """A pytest plugin: supplies the fixtures, and turns reports into outcomes."""

    def __init__(
        self, session: Session, seed: int, known: Mapping[str, Outcome], emit: Callable[[Outcome], None]
    ):
        super().__init__()
        self.session = session
        self.seed = seed
        self.known = known
        self.emit = emit

    @pytest.fixture
    def student(self) -> RemoteStudent:
        return RemoteStudent(self.session)

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        return fresh_rng(self.seed, request.node.name)

    @pytest.fixture
    def seeds(self, rng: np.random.Generator) -> tuple[int, ...]:
        return tuple(int(s) for s in rng.integers(2**31, size=3))

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        super().pytest_collection_modifyitems(items)
        for name in self.items.keys() & self.known.keys():
            self.items[name] = self.known[name]
        items[:] = [item for item in items if item.name not in self.known]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo) -> Any:
        report = yield
        if report.when == "call" or report.failed:
            error = call.excinfo.value if call.excinfo else None
            outcome = dataclasses.replace(
                self.items[item.name], passed=report.passed, reason=reason_for(error)
            )
            self.items[item.name] = outcome
            self.emit(outcome)
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
