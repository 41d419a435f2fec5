"""`exercises.check("name")`: the instant check in a student's notebook.

It takes the student's classes from the notebook it is called in, runs the task's *public* checks, and shows
what passed or, in one diagnosis with numbers, what is wrong. A wrong answer is a result, never a traceback.
"""

from __future__ import annotations

import sys
from typing import Any

from exercises import catalogue
from exercises.errors import NotWritten, WrongAnswer, plain_text
from exercises.local import LocalStudent
from exercises.pictures import Pair, watching
from exercises.result import CheckResult
from exercises.sandbox.cells import student_line


def check(name: str) -> CheckResult:
    """Run the public checks of a task on the answers in the calling notebook or script, and show the result.

    Args:
        name: the task, e.g. "add_gate".

    Returns:
        A small result that is true if everything passed; it was already shown.

    Raises:
        UsageError: there is no such task; the message says which come near.

    Example:
        >>> import exercises
        >>> bool(exercises.check("add_gate"))
        add_gate: not passed yet
          ✗ AddGate is not defined
            Run the cell with `class AddGate` first.
        False
    """
    run = catalogue.find_task(name).check(name)
    result = examine(name, run, sys._getframe(1).f_globals)
    result.show()
    return result


def examine(task: str, run: Any, namespace: dict) -> CheckResult:
    """Run a public check, step by step, on the answers in `namespace`; nothing is shown."""
    passed: list[str] = []
    step = ""
    with watching() as pairs:
        try:
            for announced in run(LocalStudent(namespace)):
                if step:
                    passed.append(step)
                step = announced
        except NotWritten as failure:
            return CheckResult(task, passed, step, failure.diagnosis, failure.details, begun=False)
        except WrongAnswer as failure:
            picture = _picture(pairs, right=False)
            return CheckResult(task, passed, step, failure.diagnosis, failure.details, picture=picture)
        except (Exception, SystemExit) as error:
            return CheckResult(task, passed, step, *_raised(error, namespace))
    passed.append(step)
    return CheckResult(task, passed, picture=_picture(pairs, right=True))


def _picture(pairs: list[Pair], right: bool) -> Pair | None:
    """The comparison that failed, if one did; of those that passed the largest. A single number is no picture."""
    if not right:
        pairs = [pair for pair in pairs[-1:] if not pair.right]
    pairs = [pair for pair in pairs if max(pair.target.size, pair.yours.size) > 1]
    return max(pairs, key=lambda pair: pair.target.size, default=None)


def _raised(error: BaseException, namespace: dict) -> tuple[str, str]:
    said = plain_text(error)
    diagnosis = f"your code raised {type(error).__name__}" + (f": {said}" if said else "")
    _, line, text = student_line(error, namespace)
    return diagnosis, f"line {line} of that cell:  {text}".rstrip(": ") if line else ""
