"""Building: markers, the proof that an exercise can be graded, and notebooks that are the same every time."""

import shutil

import nbformat
import pytest

from exercises import build, catalogue, watch
from exercises.building.scaffold import scaffold
from exercises.grading.submission import Submission
from exercises.markers import strip_solutions
from minigrad.__main__ import main
from minigrad.errors import UsageError

SOLUTION = "def f():\n    # BEGIN SOLUTION\n    return 1\n    # END SOLUTION\n"


def test_solution_is_replaced_by_a_stub():
    assert strip_solutions(SOLUTION, "f.py") == "def f():\n    # write your code here\n    ...\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1\n# END SOLUTION\n", "f.py:2: END SOLUTION without a BEGIN"),
        ("# BEGIN SOLUTION\nx = 1\n", "f.py:1: BEGIN SOLUTION is never closed"),
        (
            "# BEGIN SOLUTION\nx = 1\n# BEGIN SOLUTION\n# END SOLUTION\n",
            "f.py:3: BEGIN SOLUTION inside .* line 1",
        ),
        ("x = 1\n# Begin solution\n# END SOLUTION\n", "f.py:2: a marker is a line of its own"),
        ("x = 1  # BEGIN SOLUTION\n# END SOLUTION\n", "f.py:1: a marker is a line of its own"),
        ("#BEGIN SOLUTION\n# END SOLUTION\n", "f.py:1: a marker is a line of its own"),
        ("x = 1\n", "f.py: there is no '# BEGIN SOLUTION' in it"),
    ],
)
def test_malformed_marker_is_one_error_with_file_and_line(text, message):
    with pytest.raises(UsageError, match=message):
        strip_solutions(text, "f.py")


@pytest.mark.parametrize("exercise", catalogue.exercises(), ids=lambda exercise: exercise.name)
def test_committed_notebook_is_fresh(exercise):
    path = build.NOTEBOOKS / f"{exercise.name}.ipynb"
    fresh = build.render(exercise).student
    assert path.read_text(encoding="utf-8") == fresh, "run `minigrad build` and commit the result"


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_everything_is_built_the_same_twice_and_checked(tmp_path, capsys):
    once, twice = tmp_path / "once", tmp_path / "twice"
    for out in (once, twice):
        assert build.main(out, names=["gates"], wanted=["all"]) == 0
    assert files(once) == files(twice)
    assert sorted(files(once)) == [
        "02_gates.ipynb",
        "gradescope/02_gates.zip",
        "instructor/02_gates.ipynb",
        "nbgrader/nbgrader_config.py",
        "nbgrader/release/02_gates/02_gates.ipynb",
        "nbgrader/source/02_gates/02_gates.ipynb",
    ]
    assert build.main(once, check=True, names=["gates"], wanted=["all"]) == 0
    (once / "gradescope" / "02_gates.zip").write_bytes(b"PK")
    (once / "02_gates.ipynb").unlink()
    assert build.main(once, check=True, names=["gates"], wanted=["all"]) == 1
    assert capsys.readouterr().err.count("is stale: run `minigrad build`") == 2
    assert not (once / "02_gates.ipynb").exists()


def test_other_products_need_a_place():
    with pytest.raises(UsageError, match="say where to write it with --out DIR"):
        build.main(names=["gates"], wanted=["gradescope"])


def test_notebook_holds_no_solution_and_can_be_recognised():
    book = nbformat.read(build.NOTEBOOKS / "02_gates.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in book.cells)
    assert "SOLUTION" not in text
    assert "return x + y" not in text
    assert "np.maximum" not in text
    assert text.count("# write your code here") == 6
    assert book.metadata["minigrad"] == {"exercise": "02_gates"}
    assert {"add-gate", "multiply-gate", "max-gate", "check-add-gate"} <= {cell.id for cell in book.cells}
    assert all(not cell.get("outputs") for cell in book.cells)


def test_cells_carry_what_nbgrader_and_jupyter_need():
    book = nbformat.read(build.NOTEBOOKS / "02_gates.ipynb", as_version=4)
    cells = {c.metadata.nbgrader.grade_id: c for c in book.cells if "nbgrader" in c.metadata}
    tasks = ["add_gate", "multiply_gate", "max_gate", "circuit"]
    assert list(cells) == [
        *("add_gate", "check_add_gate", "multiply_gate", "check_multiply_gate", "max_gate", "check_max_gate"),
        "check_circuit",
    ]
    assert [cells[f"check_{task}"].metadata.nbgrader.points for task in tasks] == [3, 4, 4, 1]
    for name, cell in cells.items():
        about = cell.metadata.nbgrader
        test = name.startswith("check_")
        assert (about.grade, about.locked, about.solution) == (test, test, not test)
        assert cell.metadata.deletable is False
        assert cell.metadata.get("editable", True) is not test
    assert cells["check_circuit"].source == 'exercises.check("circuit")'


def test_nbgraders_source_asserts_where_students_cannot_see_it(gates):
    source = nbformat.reads(build.render(gates).source, as_version=4)
    [check] = [cell for cell in source.cells if cell.id == "check-add-gate"]
    assert check.source.splitlines() == [
        'exercises.check("add_gate")',
        "### BEGIN HIDDEN TESTS",
        'assert exercises.check("add_gate")',
        "### END HIDDEN TESTS",
    ]
    assert sum("# BEGIN SOLUTION" in cell.source for cell in source.cells) == 3


def test_instructors_notebook_has_solutions_and_what_is_graded(gates):
    book = nbformat.reads(build.render(gates).instructor, as_version=4)
    text = "\n".join(cell.source for cell in book.cells)
    assert "return x + y" in text
    assert "SOLUTION" not in text
    assert "| add_gate | `test_add_backward` | Add, backward | 2 |" in text
    assert "- `multiply_sign`: A minus sign that has crept in." in text
    assert "minigrad" not in book.metadata


@pytest.fixture
def course(tmp_path, monkeypatch, gates):
    """A copy of the course that may be broken."""
    shutil.copytree(gates.folder, tmp_path / "course" / "02_gates")
    monkeypatch.setattr(catalogue, "COURSE", tmp_path / "course")
    return tmp_path / "course" / "02_gates"


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "exercise.py",
            "return x + y",
            "return x - y",
            r"its own solution loses points: test_add_forward \(AddGate.forward: wrong",
        ),
        (
            "exercise.py",
            "        # BEGIN SOLUTION\n        return x * y",
            "        return x * y\n",
            "exercise.py:.*END SOLUTION without",
        ),
        (
            "exercise.py",
            "        # BEGIN SOLUTION\n        return x * y\n        # END SOLUTION",
            "        return x * y",
            "the empty notebook earns points: test_multiply_forward",
        ),
        ("exercise.py", 'exercises.check("circuit")', "pass", "the task circuit is checked never"),
        (
            "exercise.py",
            'exercises.check("circuit")',
            'exercises.check("add_gate")',
            "add_gate is checked 2 times",
        ),
        (
            "tests.py",
            "def test_circuit(",
            "def test_add_circuit(",
            "no hidden test belongs to the task circuit",
        ),
        (
            "tests.py",
            "@pytest.mark.points(1)\ndef test_circuit(",
            '@pytest.mark.points(1)\n@pytest.mark.task("circus")\ndef test_circuit(',
            "test_circuit belongs to no task of checks.py; name it test_TASK_",
        ),
        (
            "tests.py",
            "@pytest.mark.points(3)",
            "@pytest.mark.points(0)",
            "needs a mark such as @pytest.mark.points",
        ),
        ("tests.py", "import numpy as np", "import numpi as np", "tests.py cannot be run: .*numpi"),
        (
            "mutants/multiply_sign.py",
            "-output_diff",
            "output_diff",
            "multiply_sign.py: this wrong solution loses no points; a hidden test is missing",
        ),
        (
            "mutants/multiply_sign.py",
            "test_circuit",
            "test_max_tie",
            "it says that it loses test_max_tie, but it loses test_multiply_backward, test_circuit",
        ),
    ],
)
def test_exercise_that_cannot_be_graded_is_not_written(course, tmp_path, file, old, new, message):
    edit(course / file, old, new)
    with pytest.raises(UsageError, match=f"(?s){message}"):
        build.main(out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_alternative_solution_that_loses_points_is_found(course, tmp_path):
    (course / "alternatives").mkdir(exist_ok=True)
    wrong = (course / "mutants" / "multiply_sign.py").read_text(encoding="utf-8")
    (course / "alternatives" / "other.py").write_text(wrong, encoding="utf-8")
    with pytest.raises(UsageError, match=r"other\.py: a right solution loses points: test_multiply_backward"):
        build.main(out=tmp_path / "out")


def test_missing_checks_are_named(course, tmp_path):
    (course / "checks.py").unlink()
    with pytest.raises(UsageError, match=r"02_gates has no checks\.py; see exercises/WRITING\.md"):
        build.main(out=tmp_path / "out")


def test_task_of_a_test_is_marked_or_has_its_words(course):
    exercise = catalogue.find("gates")
    assert exercise.task_of["test_max_tie"] == "max_gate"
    edit(course / "tests.py", "def test_circuit(", '@pytest.mark.task("max_gate")\ndef test_circuit(')
    assert exercise.task_of["test_circuit"] == "max_gate"
    edit(course / "tests.py", "def test_max_tie(", "def test_zebra(")
    assert exercise.task_of["test_zebra"] == "max_gate", "the task of the test before it"


def test_folder_that_cannot_be_written_is_one_error(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UsageError, match="cannot write"):
        build.main(out=tmp_path / "file", names=["gates"])


def test_new_exercise_builds_and_proves_at_once(tmp_path, monkeypatch, capsys):
    course = tmp_path / "course"
    monkeypatch.setattr(catalogue, "COURSE", course)
    assert main(["new", "13_square", "--course", str(course)]) == 0
    assert "It builds already: minigrad build 13_square" in capsys.readouterr().out
    assert main(["build", "square", "--out", str(tmp_path / "out")]) == 0
    book = nbformat.read(tmp_path / "out" / "13_square.ipynb", as_version=4)
    assert [c.metadata.nbgrader.grade_id for c in book.cells if c.metadata] == ["square", "check_square"]
    assert main(["new", "13_square", "--course", str(course)]) == 2
    assert "exists already" in capsys.readouterr().err
    for name in ("square", "13_Square", "../13_x", "13-x"):
        with pytest.raises(UsageError, match=r"write two digits and a topic, e.g. 13_square"):
            scaffold(name, course)


def test_check_of_a_new_exercise_passes_its_solution_and_fails_its_mutants(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "COURSE", tmp_path)
    exercise = catalogue.Exercise(scaffold("13_square", tmp_path))
    solution = exercise.source.read_text(encoding="utf-8")
    for path in [None, *exercise.mutants]:
        cells = (solution, path.read_text(encoding="utf-8") if path else "")
        [result] = watch.examine(Submission(exercise.source, cells))
        assert bool(result) is (path is None)
