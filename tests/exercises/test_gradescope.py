"""The zip file for Gradescope, in a clean directory laid out as its documentation describes."""

import io
import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import jsonschema
import pytest

from exercises.building.gradescope import archive
from exercises.grading.gradescope import autograde

SCHEMA = json.loads(Path(__file__).with_name("gradescope_schema.json").read_text())


@pytest.fixture(scope="module")
def made(gates):
    return archive(gates)


@pytest.fixture
def autograder(tmp_path, made):
    """/autograder as Gradescope makes it, but elsewhere; the environment of setup.sh is the one of these tests."""
    root = tmp_path / "autograder"
    for folder in ("source", "submission", "results"):
        (root / folder).mkdir(parents=True)
    with zipfile.ZipFile(io.BytesIO(made)) as file:
        file.extractall(root / "source")
    shutil.copy(root / "source" / "run_autograder", root / "run_autograder")
    (root / "run_autograder").chmod(0o755)
    (root / "venv").symlink_to(sys.prefix, target_is_directory=True)
    (root / "submission_metadata.json").write_text('{"id": 1, "users": [{"name": "Ann"}]}')
    return root


def run(root):
    environment = {"PATH": os.environ["PATH"], "AUTOGRADER": str(root), "HOME": str(root)}
    done = subprocess.run(
        [root / "run_autograder"], cwd="/", env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    results = json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))
    jsonschema.validate(results, SCHEMA)
    return results


@pytest.mark.slow
def test_run_autograder_writes_valid_results(autograder, write_notebook, solution, add_gate):
    wrong = add_gate("return x - y")
    write_notebook(autograder / "submission" / "my homework (final).ipynb", [*solution, wrong])
    results = run(autograder)
    assert (results["score"], sum(test["max_score"] for test in results["tests"])) == (10, 12)
    [test] = [test for test in results["tests"] if test["name"] == "Add, forward"]
    assert (test["status"], test["output"]) == ("failed", "AddGate.forward: wrong value")


@pytest.mark.parametrize(
    ("files", "score", "said"),
    [
        ({}, 0, "there is no notebook (.ipynb) and no Python script (.py) in what was handed in"),
        ({"hw.ipynb": "{"}, 0, "its JSON is broken"),
        ({"hw.pdf": "%PDF"}, 0, "there is no notebook"),
        ({"notes.py": "x = 1", "deep/hw.py": "class AddGate: pass"}, 0, ""),
    ],
)
def test_whatever_was_uploaded_there_are_results(tmp_path, files, score, said):
    (tmp_path / "submission").mkdir()
    for name, text in files.items():
        path = tmp_path / "submission" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    results = json.loads(autograde(tmp_path, "02_gates", seed=1).read_text(encoding="utf-8"))
    jsonschema.validate(results, SCHEMA)
    assert results["score"] == score
    assert said in results["output"]
    assert sum(test["max_score"] for test in results["tests"]) == 12


def test_zip_is_the_same_every_time_and_holds_no_other_exercise_and_no_mutants(made, gates):
    assert archive(gates) == made
    names = zipfile.ZipFile(io.BytesIO(made)).namelist()
    course = {name for name in names if "/course/" in name}
    assert course == {f"toolkit/exercises/course/02_gates/{n}.py" for n in ("exercise", "checks", "tests")}
    assert not any("test_" in name or "__pycache__" in name for name in names)


def test_scripts_can_be_run_and_name_no_host(made):
    with zipfile.ZipFile(io.BytesIO(made)) as file:
        for name in ("setup.sh", "run_autograder"):
            text = file.read(name).decode()
            assert (file.getinfo(name).external_attr >> 16) & stat.S_IXUSR
            assert text.startswith("#!/usr/bin/env bash\n")
            assert "set -euo pipefail" in text
            assert "://" not in text
            assert "index" not in text
            subprocess.run(["bash", "-n"], input=text.encode(), check=True)
        assert file.read("requirements.txt").decode().split() == [
            "numpy>=2.1",
            "pytest>=8.2",
            "ipython>=8.20",
        ]
