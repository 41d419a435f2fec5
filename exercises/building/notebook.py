"""Notebooks from a percent script: the student's, the one that nbgrader makes releases from, the instructor's.

With this module, one can
- split a source:           cells = cells_of(source)
- take the code:            code_of(cells)
- make a notebook:          notebook(exercise, cells, points, for_nbgrader=False) -> text

Cell ids are stable and there are no outputs, so building twice gives the same bytes. Solution cells and checks carry
nbgrader's metadata: a check `exercises.check("task")` is a locked test worth the points of its task's hidden tests.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from exercises.catalogue import Exercise
from exercises.grading.results import Outcome
from exercises.markers import MARK
from minigrad.errors import UsageError

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
CHECK = re.compile(r"""^exercises\.check\(["'](\w+)["']\)$""")
STUB = "# write your code here"
# In nbgrader's version, the release hides this part of a check; `nbgrader autograde` puts it back.
ASSERT = '{check}\n### BEGIN HIDDEN TESTS\nassert exercises.check("{task}")\n### END HIDDEN TESTS'


def cells_of(source: str) -> list[Any]:
    """The cells of a percent script."""
    import jupytext

    return jupytext.reads(source, fmt="py:percent").cells


def code_of(cells: list[Any]) -> tuple[str, ...]:
    """The sources of the code cells."""
    return tuple(cell.source for cell in cells if cell.cell_type == "code")


def task_points(exercise: Exercise, tests: tuple[Outcome, ...]) -> dict[str, float]:
    """What each task is worth: the points of its hidden tests.

    Raises:
        UsageError: a task that no hidden test belongs to.
    """
    task_of = exercise.task_of
    points = dict.fromkeys(exercise.tasks, 0.0)
    for test in tests:
        task = task_of.get(test.function, "")
        if task not in points:
            raise UsageError(
                f"{exercise.tests}: {test.function} belongs to no task of checks.py; name it test_TASK_…, or mark "
                f'it with @pytest.mark.task("TASK")'
            )
        points[task] += test.points
    for task, worth in points.items():
        if not worth:
            raise UsageError(f"{exercise.tests}: no hidden test belongs to the task {task}")
    return points


def notebook(
    exercise: Exercise, cells: list[Any], points: Mapping[str, float], for_nbgrader: bool = False
) -> str:
    """The text of a notebook file.

    Args:
        exercise: whose it is.
        cells: as `cells_of` returns them; with solutions for nbgrader, which takes them out itself.
        points: what each task is worth.
        for_nbgrader: whether checks shall assert, hidden from students.

    Raises:
        UsageError: a task that is not checked in the notebook, or checked twice.
    """
    import nbformat

    book = nbformat.v4.new_notebook()
    book.metadata = {
        "kernelspec": KERNEL,
        "language_info": {"name": "python"},
        "minigrad": {"exercise": exercise.name},
    }
    used: dict[str, int] = {}
    checked: list[str] = []
    for cell in cells:
        task, check = cell.metadata.get("task"), CHECK.match(cell.source.strip())
        is_code = cell.cell_type == "code"
        make = nbformat.v4.new_code_cell if is_code else nbformat.v4.new_markdown_cell
        source, metadata = cell.source, dict[str, Any]()
        name = task or f"{cell.cell_type}-{hashlib.sha256(source.encode()).hexdigest()[:8]}"
        if is_code and check and check[1] in points:
            checked.append(check[1])
            name = f"check_{check[1]}"
            metadata = {**LOCKED, "nbgrader": _test(name, points[check[1]])}
            if for_nbgrader:
                source = ASSERT.format(check=source.strip(), task=check[1])
        elif is_code and (STUB in source or any(map(MARK.match, source.splitlines()))):
            metadata = {"deletable": False, "nbgrader": _solution(name.replace("-", "_"))}
        used[name] = used.get(name, 0) + 1
        if used[name] > 1 and "nbgrader" in metadata:
            metadata["nbgrader"]["grade_id"] += f"_{used[name]}"
        unique = name.replace("_", "-") + (f"-{used[name]}" if used[name] > 1 else "")
        book.cells.append(make(source, id=unique, metadata=metadata))
    for task in points:
        if checked.count(task) != 1:
            found = "never" if task not in checked else f"{checked.count(task)} times"
            raise UsageError(
                f"{exercise.source}: the task {task} is checked {found}; there must be one cell that is just "
                f'exercises.check("{task}")'
            )
    nbformat.validate(book)
    return nbformat.writes(book) + "\n"


LOCKED = {"deletable": False, "editable": False}  # JupyterLab obeys these, with nbgrader or without


def _solution(grade_id: str) -> dict[str, Any]:
    """What nbgrader (schema 3) needs to know about a cell that students fill in."""
    return {**_cell(grade_id), "solution": True, "locked": False, "grade": False}


def _test(grade_id: str, points: float) -> dict[str, Any]:
    """And about a test cell, which students cannot change."""
    worth = int(points) if points == int(points) else points
    return {**_cell(grade_id), "solution": False, "locked": True, "grade": True, "points": worth}


def _cell(grade_id: str) -> dict[str, Any]:
    return {"grade_id": grade_id, "schema_version": 3, "task": False}


def instructor_notebook(
    exercise: Exercise, cells: list[Any], tests: tuple[Outcome, ...], points: Mapping[str, float]
) -> str:
    """The notebook with solutions, and behind them what is graded: hidden tests, their points, the mutants."""
    import nbformat

    book = nbformat.reads(notebook(exercise, cells, points), as_version=4)
    for cell in book.cells:
        lines = cell.source.splitlines()
        cell.source = "\n".join(line for line in lines if not MARK.match(line))
        cell.metadata = {}
    book.metadata.pop("minigrad")  # this is no submission
    task_of = exercise.task_of
    rows = [f"| {task_of[t.function]} | `{t.name}` | {t.title} | {t.points:g} |" for t in tests]
    text = [
        "# For instructors",
        f"Exercise `{exercise.name}`: {sum(t.points for t in tests):g} points. Do not hand this notebook out.",
        "",
        "| task | hidden test | what it asks | points |",
        "|---|---|---|---|",
        *rows,
        "",
        "Each test draws fresh random inputs for each grading; `minigrad grade --seed N` repeats them.",
        "",
        "## Wrong solutions that lose points",
        "",
        *(f"- `{path.stem}`: {_first_line(path)}" for path in exercise.mutants),
    ]
    book.cells.append(nbformat.v4.new_markdown_cell("\n".join(text), id="for-instructors"))
    nbformat.validate(book)
    return nbformat.writes(book) + "\n"


def _first_line(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]
