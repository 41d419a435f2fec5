"""`minigrad grade` as a person uses it: the table, results.json, exit status 2, nothing half-written."""

import json
import shutil

import pytest

from exercises import catalogue
from exercises.grading import levels
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
    assert results["extra_data"] == {"exercise": "02_gates", "seed": 7, "isolation": levels.best()}
    assert sum(test["max_score"] for test in results["tests"]) == 12
    for number, test in enumerate(results["tests"], 1):
        assert test["status"] == "passed"
        assert test["score"] == test["max_score"]
        assert test["number"] == str(number)
        assert {"name", "output", "output_format", "visibility"} <= set(test)


def test_partly_right_submission(tmp_path, write_notebook, solution, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    wrong = [cell.replace("[output_diff, output_diff]", "[1.0 + 0 * x, 1.0 + 0 * y]") for cell in solution]
    assert wrong != list(solution)
    path = write_notebook(tmp_path / "ann.ipynb", wrong)
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
    assert "2 submissions: mean 100 %, median 100 %, full marks 2." in said
    assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()) == [
        "02_gates/feedback.html",
        "02_gates/results.json",
        "exercise/feedback.html",
        "exercise/results.json",
        "grades.csv",
        "journal.jsonl",
        "junit.xml",
        "statistics.html",
        "statistics.png",
    ]


COMMANDS = ["demo", "lab", "watch", "build", "new", "grade", "slides", "pages"]


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)], ids=" ".join)
def test_every_command_has_help_that_names_its_exit_status(command, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--help"])
    assert stopped.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Exit status: 0 all went well, 1 a check failed, 2 the request could not be served" in said
    assert all(name in said for name in (command if command else COMMANDS))


@pytest.mark.parametrize(
    "arguments", [[], ["fly"], ["grade"], ["build", "--for", "moodle"], ["new"], ["watch"]]
)
def test_wrong_command_lines_are_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "usage: minigrad" in capsys.readouterr().err


def test_help_names_every_option(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["grade", "--help"])
    assert stopped.value.code == 0
    said = capsys.readouterr().out
    for option in ("--timeout", "--memory", "--seed", "--rubric", "--jobs", "--due", "--late", "--force"):
        assert option in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.ipynb"], "nothing.ipynb: there is no such file"),
        (["empty"], "empty: there is no notebook (.ipynb) and no Python script (.py) in it"),
        (["not.zip"], "not.zip is not a zip file, or a damaged one"),
        (["nothing.zip"], "nothing.zip: there is no such file"),
        (["broken.ipynb"], "its JSON is broken"),
        (["picture.ipynb"], "is not UTF-8 text"),
        (["02_gates.ipynb", "--exercise", "gate"], "there is no exercise 'gate'; did you mean 02_gates?"),
        (["02_gates.ipynb", "--timeout", "0"], "--timeout must be a positive number of seconds"),
        (["02_gates.ipynb", "--timeout", "nan"], "--timeout must be a positive number of seconds"),
        (["02_gates.ipynb", "--seed", "-1"], "--seed must not be negative"),
        (["02_gates.ipynb", "broken.ipynb"], "its JSON is broken"),
        (["02_gates.ipynb", "--jobs", "0"], "--jobs must be at least 1"),
        (["02_gates.ipynb", "--memory", "10"], "--memory must be at least 256 MiB"),
        (["02_gates.ipynb", "--due", "tomorrow"], "--due 'tomorrow' is no date; write e.g. 2026-11-20"),
        (["02_gates.ipynb", "--due", "2026-11-20", "--late", "200"], "--late is the percentage lost per day"),
        (["02_gates.ipynb", "--due", "2026-11-20", "--late-days", "-1"], "--late-days must not be negative"),
        (["02_gates.ipynb", "--rubric", "no.toml"], "no.toml cannot be read"),
        (
            ["02_gates.ipynb", "--rubric", "bad.toml"],
            "bad.toml: 02_gates has no test test_ad_forward; did you",
        ),
        (["02_gates.ipynb", "--out", "broken.ipynb"], "cannot write"),
    ],
)
def test_bad_input_is_one_line_and_status_2(notebook, tmp_path, arguments, message, capsys, monkeypatch):
    (tmp_path / "broken.ipynb").write_text('{"cells": [')
    (tmp_path / "picture.ipynb").write_bytes(b"\x89PNG\r\n\xff")
    (tmp_path / "not.zip").write_text("PK?")
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.toml").write_text("[gates]\ntest_ad_forward = 3\n")
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.chdir(tmp_path)
    assert main(["grade", *arguments]) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_missing_pytest_says_what_to_install(notebook, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pytest", None)
    assert main(["grade", str(notebook), "--out", str(tmp_path / "out")]) == 2
    assert "pip install pytest" in capsys.readouterr().err


def test_broken_hidden_tests_are_one_error_and_nobodys_zero(notebook, tmp_path, gates, capsys, monkeypatch):
    course = tmp_path / "course" / "02_gates"
    shutil.copytree(gates.folder, course)
    (course / "tests.py").write_text("def test_add(student:\n")
    monkeypatch.setattr(catalogue, "COURSE", course.parent)
    assert main(["grade", str(notebook), "--out", str(tmp_path / "out")]) == 2
    assert "tests.py cannot be run" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
