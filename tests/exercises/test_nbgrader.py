"""nbgrader's own commands on our course folder, and our scores in its gradebook."""

import csv
import os
import shutil
import subprocess
import sys

import nbformat
import pytest

from exercises import build
from minigrad.__main__ import main

pytest.importorskip("nbgrader", reason="nbgrader is not installed")
pytestmark = pytest.mark.slow


def nbgrader(course, *arguments):
    """Run one of its commands in the course folder."""
    command = [sys.executable, "-m", "nbgrader", *arguments]
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]]),
    }
    done = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def course(tmp_path_factory, gates):
    """Our folder, its assignment generated and three students' submissions autograded by nbgrader."""
    out = tmp_path_factory.mktemp("kit")
    built = build.render(gates)
    for name, text in build.products([built], ["nbgrader"]).items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    folder = out / "nbgrader"
    nbgrader(folder, "generate_assignment", "02_gates", "--create", "--force")
    release = nbformat.read(folder / "release" / "02_gates" / "02_gates.ipynb", as_version=4)
    solved = nbformat.reads(built.source, as_version=4)
    for student, tasks in {"ann": ["add", "multiply", "max"], "bob": [], "carl": ["add"]}.items():
        book = nbformat.from_dict(release)
        for cell, answer in zip(book.cells, solved.cells, strict=True):
            if any(cell.id == f"{task}-gate" for task in tasks):
                cell.source = answer.source
        place = folder / "submitted" / student / "02_gates"
        place.mkdir(parents=True)
        nbformat.write(book, place / "02_gates.ipynb")
        release = nbformat.read(folder / "release" / "02_gates" / "02_gates.ipynb", as_version=4)
    nbgrader(folder, "autograde", "02_gates")
    return folder


def exported(course):
    nbgrader(course, "export")
    with open(course / "grades.csv") as file:
        return {
            row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in csv.DictReader(file)
        }


def test_release_is_the_student_notebook(course):
    ours = nbformat.read(build.NOTEBOOKS / "02_gates.ipynb", as_version=4)
    theirs = nbformat.read(course / "release" / "02_gates" / "02_gates.ipynb", as_version=4)
    assert [cell.source for cell in theirs.cells] == [cell.source for cell in ours.cells]
    assert theirs.metadata["minigrad"] == {"exercise": "02_gates"}
    for cell in theirs.cells:  # nbgrader adds a checksum, and nothing else
        if about := cell.metadata.get("nbgrader"):
            assert about.pop("checksum")
            assert about.pop("cell_type") == "code"
    assert [cell.metadata for cell in theirs.cells] == [cell.metadata for cell in ours.cells]


def test_autograde_and_export_give_the_public_scores(course):
    assert exported(course) == {"ann": (12, 12), "bob": (0, 12), "carl": (3, 12)}


def test_scores_of_hidden_tests_are_written_into_the_gradebook(course, tmp_path, add_gate, capsys):
    path = course / "submitted" / "carl" / "02_gates" / "02_gates.ipynb"
    book = nbformat.read(path, as_version=4)
    [cell] = [cell for cell in book.cells if cell.id == "add-gate"]
    right = cell.source
    cell.source = right.replace("return [output_diff, output_diff]", "return [-output_diff, output_diff]")
    nbformat.write(book, path)
    shutil.copytree(course / "submitted" / "ann", course / "submitted" / "zoe")  # nbgrader has never seen her
    options = [
        "--out",
        str(tmp_path / "out"),
        "--gradebook",
        str(course / "gradebook.db"),
        "--due",
        "2000-01-01",
    ]
    assert main(["grade", str(course / "submitted"), *options, "--late", "0"]) == 0
    assert "4 scores written into" in capsys.readouterr().out
    assert exported(course) == {"ann": (12, 12), "bob": (0, 12), "carl": (1, 12), "zoe": (12, 12)}
    assert main(["grade", str(course / "submitted"), *options, "--late", "0.001"]) == 0
    late = exported(course)["ann"][0]
    assert 0 < late < 12


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--gradebook", "nothing.db"], "there is no gradebook"),
        (["--gradebook", "gradebook.db", "--assignment", "ps9"], "knows no assignment 'ps9'"),
        (["--gradebook", "broken.db"], "the gradebook broken.db cannot be used"),
    ],
)
def test_gradebook_that_cannot_be_used_is_one_line(course, tmp_path, options, message, capsys, monkeypatch):
    (course / "broken.db").write_text("this is no database, whatever its name says")
    monkeypatch.chdir(course)
    assert main(["grade", "submitted/bob", "--out", str(tmp_path / "out"), *options]) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
    assert not (course / "nothing.db").exists()
