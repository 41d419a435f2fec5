"""`minigrad build`: student notebooks from the sources in `course/`.

With this module, one can
- build them all:              main(out=None)
- ask whether they are fresh:  main(check=True)

An exercise is written only after a proof, through the real grader, that its solution earns all points and
that the stubs handed out earn none. Building twice gives the same bytes.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Any

from exercises import catalogue
from exercises.grading import grade
from exercises.grading.results import Report, write_atomically
from exercises.grading.submission import Submission
from exercises.markers import strip_solutions
from minigrad.errors import UsageError

NOTEBOOKS = Path(__file__).with_name("notebooks")
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def main(out: Path | None = None, check: bool = False) -> int:
    """Build all notebooks into `out` (default: `exercises/notebooks`), or compare them with what is there.

    Returns:
        0; or 1 if `check` finds a notebook that is missing or differs from its source.

    Raises:
        UsageError: a malformed source, a solution that loses points, stubs that earn some, a bad folder.
    """
    folder = out or NOTEBOOKS
    built = {folder / f"{exercise.name}.ipynb": build(exercise) for exercise in catalogue.exercises()}
    stale = 0
    for path, text in built.items():
        if not check:
            write_atomically(path, text)
            print(f"wrote {path}")
        elif not path.is_file() or path.read_bytes() != text.encode():
            stale += 1
            print(f"{path} is stale: run `minigrad build` and commit the result", file=sys.stderr)
        else:
            print(f"{path} is fresh")
    return 1 if stale else 0


def build(exercise: catalogue.Exercise) -> str:
    """The student notebook of an exercise, as the text of its file, after proving that it can be graded."""
    source = exercise.source.read_text(encoding="utf-8")
    release = strip_solutions(source, f"{exercise.name}/exercise.py")
    solved, empty = cells_of(source), cells_of(release)
    prove(exercise, code_of(solved), code_of(empty))
    return notebook(exercise, empty, source)


def cells_of(source: str) -> list[Any]:
    """The cells of a percent script."""
    import jupytext

    return jupytext.reads(source, fmt="py:percent").cells


def code_of(cells: list[Any]) -> tuple[str, ...]:
    return tuple(cell.source for cell in cells if cell.cell_type == "code")


def prove(exercise: catalogue.Exercise, solution: tuple[str, ...], release: tuple[str, ...]) -> None:
    """Grade the solution and the empty release.

    Raises:
        UsageError: they do not earn everything and nothing; the message says which tests are at fault.
    """
    report = grade_cells(exercise, solution)
    lost = [f"{o.name} ({o.reason})" for o in report.outcomes if not o.passed]
    if lost or not report.outcomes:
        raise UsageError(f"{exercise.name}: its own solution loses points: {', '.join(lost) or 'no tests'}")
    earned = [o.name for o in grade_cells(exercise, release).outcomes if o.passed]
    if earned:
        raise UsageError(f"{exercise.name}: the empty notebook earns points: {', '.join(earned)}")


def grade_cells(exercise: catalogue.Exercise, cells: tuple[str, ...]) -> Report:
    return grade(Submission(exercise.source, cells), exercise, seed=0)


def notebook(exercise: catalogue.Exercise, cells: list[Any], source: str) -> str:
    """The file: stable cell ids, no outputs, and the metadata by which a submission is recognised."""
    import nbformat

    book = nbformat.v4.new_notebook()
    book.metadata = {
        "kernelspec": KERNEL,
        "language_info": {"name": "python"},
        "minigrad": {"exercise": exercise.name},
    }
    used: dict[str, int] = {}
    for cell in cells:
        task = cell.metadata.get("task")
        make = nbformat.v4.new_code_cell if cell.cell_type == "code" else nbformat.v4.new_markdown_cell
        name = task or f"{cell.cell_type}-{hashlib.sha256(cell.source.encode()).hexdigest()[:8]}"
        used[name] = used.get(name, 0) + 1
        unique = name.replace("_", "-") + (f"-{used[name]}" if used[name] > 1 else "")
        metadata = {"nbgrader": nbgrader_solution(task)} if task else {}
        book.cells.append(make(cell.source, id=unique, metadata=metadata))
    nbformat.validate(book)
    return nbformat.writes(book) + "\n"


def nbgrader_solution(task: str) -> dict[str, Any]:
    """What nbgrader (schema 3) needs to know about a cell that students fill in."""
    return {
        "grade": False,
        "grade_id": task,
        "locked": False,
        "schema_version": 3,
        "solution": True,
        "task": False,
    }
