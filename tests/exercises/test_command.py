"""`minigrad grade` as a person uses it: the table, results.json, exit status 2, nothing half-written."""

import json

import pytest

from exercises import grading
from minigrad.__main__ import main


@pytest.fixture
def notebook(tmp_path, write_notebook, solution):
    return write_notebook(tmp_path / "02_gates.ipynb", solution, {"minigrad": {"exercise": "02_gates"}})


def test_right_submission(notebook, tmp_path, capsys):
    assert main(["grade", str(notebook), "--out", str(tmp_path / "out"), "--seed", "7"]) == 0
    said = capsys.readouterr().out
    assert "12 / 12" in said
    assert "seed 7" in said
    results = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    assert results["score"] == 12
    assert results["stdout_visibility"] == "hidden"
    assert results["extra_data"] == {"exercise": "02_gates", "seed": 7, "isolation": "basic"}
    assert sum(test["max_score"] for test in results["tests"]) == 12
    for number, test in enumerate(results["tests"], 1):
        assert test["status"] == "passed"
        assert test["score"] == test["max_score"]
        assert test["number"] == str(number)
        assert {"name", "output", "output_format", "visibility"} <= set(test)


def test_partly_right_submission(tmp_path, write_notebook, solution, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    wrong = solution[1].replace("[output_diff, output_diff]", "[1.0 + 0 * x, 1.0 + 0 * y]")
    path = write_notebook(tmp_path / "ann.ipynb", [solution[0], wrong, *solution[2:]])
    assert main(["grade", path.name]) == 0
    assert "9 / 12" in capsys.readouterr().out
    results = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert results["score"] == 9
    [test] = [test for test in results["tests"] if test["name"] == "Add, backward"]
    assert (test["status"], test["score"], test["max_score"]) == ("failed", 0, 2)
    assert "ignores the upstream gradient" in test["output"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ann.ipynb", "results.json"]


def test_several_submissions_get_a_row_and_a_folder_each(notebook, tmp_path, gates, capsys):
    out = tmp_path / "out"
    assert main(["grade", str(notebook), str(gates.source), "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "all submissions" in said
    assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*.json")) == [
        "02_gates/results.json",
        "exercise/results.json",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.ipynb"], "nothing.ipynb: there is no such file"),
        (["."], "is a folder"),
        (["broken.ipynb"], "its JSON is broken"),
        (["picture.ipynb"], "is not UTF-8 text"),
        (["02_gates.ipynb", "--exercise", "gate"], "there is no exercise 'gate'; did you mean 02_gates?"),
        (["02_gates.ipynb", "--timeout", "0"], "--timeout must be a positive number of seconds"),
        (["02_gates.ipynb", "--timeout", "nan"], "--timeout must be a positive number of seconds"),
        (["02_gates.ipynb", "--seed", "-1"], "--seed must not be negative"),
        (["02_gates.ipynb", "broken.ipynb"], "its JSON is broken"),
        (["02_gates.ipynb", "--out", "broken.ipynb"], "cannot write"),
    ],
)
def test_bad_input_is_one_line_and_status_2(notebook, tmp_path, arguments, message, capsys, monkeypatch):
    (tmp_path / "broken.ipynb").write_text('{"cells": [')
    (tmp_path / "picture.ipynb").write_bytes(b"\x89PNG\r\n\xff")
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.chdir(tmp_path)
    assert main(["grade", *arguments]) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_missing_pytest_says_what_to_install(notebook, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pytest", None)
    monkeypatch.delitem(__import__("sys").modules, "exercises.grading.run", raising=False)
    monkeypatch.delattr(grading, "run", raising=False)
    assert main(["grade", str(notebook), "--out", str(tmp_path / "out")]) == 2
    assert "pip install pytest" in capsys.readouterr().err
