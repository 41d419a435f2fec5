"""Building: markers, the proof that an exercise can be graded, and notebooks that are the same every time."""

import shutil

import nbformat
import pytest

from exercises import build, catalogue
from exercises.markers import strip_solutions
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


def test_committed_notebooks_are_fresh_and_building_again_gives_the_same_bytes(tmp_path, capsys):
    assert build.main(check=True) == 0, "run `minigrad build` and commit the result"
    assert build.main(out=tmp_path) == 0
    for path in build.NOTEBOOKS.glob("*.ipynb"):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()
    assert "is fresh" in capsys.readouterr().out


def test_stale_notebook_is_found(tmp_path, capsys):
    shutil.copytree(build.NOTEBOOKS, tmp_path / "old")
    with open(tmp_path / "old" / "02_gates.ipynb", "a") as file:
        file.write("\n")
    assert build.main(out=tmp_path / "old", check=True) == 1
    assert build.main(out=tmp_path / "missing", check=True) == 1
    assert capsys.readouterr().err.count("is stale: run `minigrad build`") == 2
    assert not (tmp_path / "missing").exists()


def test_notebook_holds_no_solution_and_can_be_recognised():
    book = nbformat.read(build.NOTEBOOKS / "02_gates.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in book.cells)
    assert "SOLUTION" not in text
    assert "return x + y" not in text
    assert "np.maximum" not in text
    assert text.count("# write your code here") == 6
    assert book.metadata["minigrad"] == {"exercise": "02_gates"}
    assert {"add-gate", "multiply-gate", "max-gate"} <= {cell.id for cell in book.cells}
    assert all(not cell.get("outputs") for cell in book.cells)
    assert [c.metadata["nbgrader"]["grade_id"] for c in book.cells if c.metadata] == [
        "add_gate",
        "multiply_gate",
        "max_gate",
    ]


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
    ("old", "new", "message"),
    [
        (
            "return x + y",
            "return x - y",
            r"its own solution loses points: test_add_forward \(AddGate.forward: wrong",
        ),
        (
            "        # BEGIN SOLUTION\n        return x * y",
            "        return x * y\n",
            "exercise.py:.*END SOLUTION without",
        ),
        (
            "        # BEGIN SOLUTION\n        return x * y\n        # END SOLUTION",
            "        return x * y",
            "the empty notebook earns points: test_multiply_forward",
        ),
    ],
)
def test_exercise_that_cannot_be_graded_is_not_written(course, tmp_path, old, new, message):
    edit(course / "exercise.py", old, new)
    with pytest.raises(UsageError, match=message):
        build.main(out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_folder_that_cannot_be_written_is_one_error(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UsageError, match="cannot write"):
        build.main(out=tmp_path / "file")
