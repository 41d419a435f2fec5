"""`minigrad build`: what students and staff get, from the sources in `course/`.

With this module, one can
- build all student notebooks:     main()
- ask whether they are fresh:      main(check=True)
- build for one's platform:        main(out=Path("kit"), wanted=["nbgrader", "gradescope", "instructor"])

An exercise is written only after a proof, through the real grader: its solution earns all points, the stubs that are
handed out earn none, every mutant loses points. Building twice gives the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from exercises import catalogue
from exercises.building import gradescope, nbgrader
from exercises.building.notebook import cells_of, code_of, instructor_notebook, notebook, task_points
from exercises.building.proof import prove
from exercises.grading import need_pytest
from exercises.grading.results import write_atomically
from exercises.markers import strip_solutions
from minigrad.errors import UsageError

__all__ = ["NOTEBOOKS", "Built", "build", "cells_of", "code_of", "main", "render"]

NOTEBOOKS = Path(__file__).with_name("notebooks")
PRODUCTS = ("student", "nbgrader", "gradescope", "instructor")


@dataclass(frozen=True)
class Built:
    """One exercise, proved and built.

    Attributes:
        exercise: its source.
        student: the notebook for students.
        source: the notebook that nbgrader makes its release from.
        instructor: the notebook with solutions.
    """

    exercise: catalogue.Exercise
    student: str
    source: str
    instructor: str


def main(
    out: Path | None = None,
    check: bool = False,
    names: Sequence[str] = (),
    wanted: Sequence[str] | None = None,
) -> int:
    """Build into `out` (default: `exercises/notebooks`), or compare with what is there.

    Args:
        out: student notebooks go there, other products into folders in it.
        check: write nothing, compare.
        names: which exercises; by default all.
        wanted: of "student", "nbgrader", "gradescope", "instructor", "all"; by default for students.

    Returns:
        0; or 1 if `check` finds a file that is missing or differs from its source.

    Raises:
        UsageError: a malformed source, an exercise that cannot be graded as it should, a bad folder.
    """
    wanted = PRODUCTS if wanted and "all" in wanted else wanted or ["student"]
    if out is None and set(wanted) != {"student"}:
        raise UsageError(
            "say where to write it with --out DIR; only student notebooks have a place of their own"
        )
    need_pytest()
    chosen = [catalogue.find(name) for name in names] or catalogue.exercises()
    folder = out or NOTEBOOKS
    files = {folder / name: content for name, content in products([build(e) for e in chosen], wanted).items()}
    stale = 0
    for path, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        if not check:
            write_atomically(path, data)
            print(f"wrote {path}")
        elif not path.is_file() or path.read_bytes() != data:
            stale += 1
            print(f"{path} is stale: run `minigrad build` and commit the result", file=sys.stderr)
        else:
            print(f"{path} is fresh")
    return 1 if stale else 0


def build(exercise: catalogue.Exercise) -> Built:
    """Prove an exercise and make its notebooks.

    Raises:
        UsageError: its source is malformed, or it cannot be graded as it should.
    """
    built = render(exercise)
    source = exercise.source.read_text(encoding="utf-8")
    try:
        prove(exercise, code_of(cells_of(source)), code_of(cells_of(strip_solutions(source, exercise.name))))
    except RuntimeError as error:  # no worker can be started
        raise UsageError(str(error).strip()) from None
    return built


def render(exercise: catalogue.Exercise) -> Built:
    """The notebooks of an exercise, not proved.

    Raises:
        UsageError: its source is malformed, or its hidden tests cannot be run.
    """
    from exercises.grading.run import listed

    for needed in (exercise.folder / "checks.py", exercise.tests):
        if not needed.is_file():
            raise UsageError(f"{exercise.name} has no {needed.name}; see exercises/WRITING.md")
    source = exercise.source.read_text(encoding="utf-8")
    release = strip_solutions(source, f"{exercise.name}/exercise.py")
    solved, empty = cells_of(source), cells_of(release)
    try:
        tests = listed(exercise)
    except RuntimeError as error:
        raise UsageError(str(error).strip()) from None
    points = task_points(exercise, tests)
    return Built(
        exercise,
        notebook(exercise, empty, points),
        notebook(exercise, solved, points, for_nbgrader=True),
        instructor_notebook(exercise, solved, tests, points),
    )


def products(built: Sequence[Built], wanted: Sequence[str]) -> dict[str, str | bytes]:
    """The files to write, by path in the output folder."""
    made: dict[str, str | bytes] = {}
    if "student" in wanted:
        made |= {f"{one.exercise.name}.ipynb": one.student for one in built}
    if "nbgrader" in wanted:
        sources = {one.exercise.name: one.source for one in built}
        releases = {one.exercise.name: one.student for one in built}
        made |= {f"nbgrader/{name}": text for name, text in nbgrader.files(sources, releases).items()}
    if "gradescope" in wanted:
        made |= {f"gradescope/{one.exercise.name}.zip": gradescope.archive(one.exercise) for one in built}
    if "instructor" in wanted:
        made |= {f"instructor/{one.exercise.name}.ipynb": one.instructor for one in built}
    return made
