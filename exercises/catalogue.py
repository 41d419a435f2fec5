"""The exercises that exist, found in `course/`, and everything known about one from the files in its folder.

With this module, one can
- list them:                    exercises()
- find one by its name:         find("02_gates"), find("gates")
- find the one with a task:     find_task("add_gate")

A folder `course/NN_topic/` holds exercise.py (percent format, with solutions), checks.py (public checks),
tests.py (hidden tests) and mutants/ (plausible wrong solutions).
"""

from __future__ import annotations

import difflib
import importlib.util
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from minigrad.errors import UsageError

COURSE = Path(__file__).with_name("course")


@dataclass(frozen=True)
class Exercise:
    """One folder of the course."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def source(self) -> Path:
        return self.folder / "exercise.py"

    @property
    def tests(self) -> Path:
        return self.folder / "tests.py"

    @property
    def mutants(self) -> list[Path]:
        return sorted((self.folder / "mutants").glob("*.py"))

    @property
    def tasks(self) -> list[str]:
        """The names that `exercises.check` takes: `check_<name>` in checks.py."""
        text = (self.folder / "checks.py").read_text(encoding="utf-8")
        return re.findall(r"^def check_(\w+)\(", text, re.MULTILINE)

    @property
    def answers(self) -> list[str]:
        """The classes and functions that students write."""
        text = self.source.read_text(encoding="utf-8")
        return re.findall(r"^(?:class|def) (\w+)", text, re.MULTILINE)

    def check(self, task: str) -> Callable[[Any], Iterable[str]]:
        """The public check of a task: a generator that announces each of its steps."""
        path = self.folder / "checks.py"
        spec = importlib.util.spec_from_file_location(f"exercises_{self.name}_checks", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return getattr(module, f"check_{task}")


def exercises() -> list[Exercise]:
    """All exercises, in the order of the course."""
    return [Exercise(path.parent) for path in sorted(COURSE.glob("*/exercise.py"))]


def find(name: str) -> Exercise:
    """The exercise of that name, with or without its number.

    Raises:
        UsageError: there is none; the message names those that come near.
    """
    known = {exercise.name: exercise for exercise in exercises()}
    short = {key.split("_", 1)[-1]: exercise for key, exercise in known.items()}
    if found := known.get(name) or short.get(name):
        return found
    raise UsageError(f"there is no exercise {name!r}; {_near(name, known)}")


def find_task(name: str) -> Exercise:
    """The exercise that has a task of that name.

    Raises:
        UsageError: there is none; the message names those that come near.
    """
    known = {task: exercise for exercise in exercises() for task in exercise.tasks}
    if name in known:
        return known[name]
    raise UsageError(f"there is no task {name!r} to check; {_near(str(name), known)}")


def _near(name: str, known: Iterable[str]) -> str:
    names = list(known)
    plain = {key.replace("_", "").lower(): key for key in names}
    close = difflib.get_close_matches(name.replace("_", "").lower(), plain, 3, 0.5)
    if close:
        return f"did you mean {' or '.join(plain[c] for c in close)}?"
    return f"there are {', '.join(names)}"
