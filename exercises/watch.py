"""`minigrad watch FILE`: run the public checks of an exercise each time its notebook or script is saved.

With this module, one can
- watch a file:       main(Path("02_gates.ipynb"))
- check it once:      main(Path("02_gates.ipynb"), once=True)

The answers run in a worker, as in grading: an endless loop is stopped, and a crash takes nothing with it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from exercises.catalogue import Exercise
from exercises.errors import NotWritten, WrongAnswer
from exercises.grading.identify import identify
from exercises.grading.run import reason_for
from exercises.grading.session import Session
from exercises.grading.student import RemoteStudent
from exercises.grading.submission import Submission, read
from exercises.result import CheckResult
from minigrad.errors import UsageError

TIMEOUT = 10.0
INTERVAL = 0.3  # seconds between looks at the file
CLEAR = "\x1b[2J\x1b[H"


def main(
    path: Path,
    once: bool = False,
    timeout: float = TIMEOUT,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Show the checks of a file, again after each save, until Ctrl-C.

    Args:
        path: a notebook or script.
        once: stop after the first time.
        timeout: seconds for each call into the answers.
        sleep: how to wait between two looks at the file.

    Returns:
        With `once`, 0 if all public checks passed and 1 if not.

    Raises:
        UsageError: there is no such file, or with `once` it cannot be read.
    """
    if not 0 < timeout < 1e6:
        raise UsageError(f"--timeout must be a positive number of seconds, not {timeout:g}")
    if once or not path.is_file():
        results = examine(read(path), timeout)
        print(page(path, results), flush=True)
        return 0 if all(results) else 1
    seen: tuple[int, int] | None = None
    while True:
        now = _state(path)
        if now is not None and now != seen:
            seen = now
            try:
                shown = page(path, examine(read(path), timeout))
            except UsageError as error:  # half saved, or not yet an answer to anything: the next save may do
                shown = str(error)
            print((CLEAR if sys.stdout.isatty() else "") + shown, flush=True)
            print("\nSave the file to check again; Ctrl-C stops.", flush=True)
        sleep(INTERVAL)


def _state(path: Path) -> tuple[int, int] | None:
    """When the file was saved and how long it is; None while an editor replaces it."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def examine(submission: Submission, timeout: float = TIMEOUT) -> list[CheckResult]:
    """The public check of each task of the exercise that a submission answers.

    Raises:
        UsageError: nothing tells which exercise it is.

    Example:
        >>> [str(result).splitlines()[0] for result in examine(Submission(Path("a.py"), ("class AddGate: pass",)))]
        ['add_gate: not passed yet', 'multiply_gate: not passed yet', 'max_gate: ...', 'circuit: ...']
    """
    exercise = identify(submission)
    with Session(submission, timeout) as session:
        return [_check(exercise, task, RemoteStudent(session)) for task in exercise.tasks]


def _check(exercise: Exercise, task: str, student: RemoteStudent) -> CheckResult:
    passed: list[str] = []
    step = ""
    try:
        for announced in exercise.check(task)(student):
            if step:
                passed.append(step)
            step = announced
    except NotWritten as failure:
        return CheckResult(task, passed, step, failure.diagnosis, failure.details, begun=False)
    except WrongAnswer as failure:
        return CheckResult(task, passed, step, failure.diagnosis, failure.details)
    except Exception as error:
        return CheckResult(task, passed, step, reason_for(error))
    return CheckResult(task, [*passed, step])


def page(path: Path, results: list[CheckResult]) -> str:
    """A line per task, and all about the first that does not pass."""
    good = sum(map(bool, results))
    lines = [f"{path.name}: {good} of {len(results)} tasks pass all public checks"]
    lines += [f"  {'✓' if r else '✗' if r.begun else '…'} {r.task}" for r in results]
    first = next((result for result in results if not result), None)
    if first is None:
        lines += ["", "All public checks passed. Grading also uses hidden tests."]
    else:
        lines += ["", str(first)]
    return "\n".join(lines)
