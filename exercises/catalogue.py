"""The exercises that exist, found in `course/`, and everything known about one from the files in its folder.

With this module, one can
- list them:                    exercises()
- find one by its name:         find("02_gates"), find("gates")
- find the one with a task:     find_task("add_gate")

A folder `course/NN_topic/` holds exercise.py (percent format, with solutions), checks.py (public checks),
tests.py (hidden tests), mutants/ (plausible wrong solutions) and perhaps alternatives/ (other right ones).
"""

from __future__ import annotations

import ast
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
    def alternatives(self) -> list[Path]:
        """Right solutions, written otherwise."""
        return sorted((self.folder / "alternatives").glob("*.py"))

    @property
    def tasks(self) -> list[str]:
        """The names that `exercises.check` takes: `check_<name>` in checks.py."""
        path = self.folder / "checks.py"
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        return re.findall(r"^def check_(\w+)\(", text, re.MULTILINE)

    @property
    def task_of(self) -> dict[str, str]:
        """The task that each hidden test belongs to: as its mark `task("name")` says, else as its name does.

        `test_add_backward` belongs to `add_gate`: of all tasks, that one begins with most of the same words. A
        test that shares a word with none belongs to the same task as the one before it.

        Example:
            >>> find("gates").task_of["test_add_backward"], find("gates").task_of["test_circuit"]
            ('add_gate', 'circuit')
        """
        tasks, found = self.tasks, {}
        last = tasks[0] if tasks else ""
        for node in ast.parse(self.tests.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                last = found[node.name] = _marked(node) or _same_words(node.name, tasks) or last
        return found

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


def _marked(test: ast.FunctionDef) -> str:
    """The argument of `@pytest.mark.task("name")`, or ""."""
    for mark in test.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.task" and mark.args:
            return str(ast.literal_eval(mark.args[0]))
    return ""


def _same_words(test: str, tasks: list[str]) -> str:
    """The task whose name begins with most of the words that a test's name begins with, or ""."""
    words = test.split("_")[1:]
    common = [_shared(words, task.split("_")) for task in tasks]
    return tasks[common.index(max(common))] if any(common) else ""


def _shared(one: list[str], other: list[str]) -> int:
    return next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def exercises() -> list[Exercise]:
    """All exercises, in the order of the course: folders with an exercise and tests."""
    folders = [path.parent for path in sorted(COURSE.glob("*/exercise.py"))]
    return [Exercise(folder) for folder in folders if (folder / "tests.py").is_file()]


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
