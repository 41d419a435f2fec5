"""The `minigrad` command: help, the demo's files and numbers, and one clear line for what cannot be done."""

import subprocess
import sys
from pathlib import Path

import pytest

from minigrad.__main__ import course_folder, main


def test_help_names_every_command(capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["--help"])
    assert exit_.value.code == 0
    out = capsys.readouterr().out
    assert all(command in out for command in ("demo", "lab", "build", "grade", "Exit status"))


@pytest.mark.parametrize("arguments", [[], ["dance"], ["demo", "--seed", "many"], ["grade"]])
def test_a_wrong_command_line_exits_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert "usage: minigrad" in capsys.readouterr().err


def test_the_demo_prints_the_ledger_learns_and_writes_its_files(tmp_path, capsys):
    assert main(["demo", "--no-open", "--out", str(tmp_path / "a")]) == 0
    first = capsys.readouterr()
    assert "x = −2, y = 5, q = 3, z = −4, f = −12" in first.out
    rows = [line.split() for line in first.out.splitlines() if "→" in line and "×" in line]
    assert rows == [
        ["f", "→", "q", "1", "×", "−4", "=", "−4"],
        ["f", "→", "z", "1", "×", "3", "=", "3"],
        ["q", "→", "x", "−4", "×", "1", "=", "−4"],
        ["q", "→", "y", "−4", "×", "1", "=", "−4"],
    ]
    accuracy = float(first.out.split("test accuracy ")[1].split("%")[0])
    assert accuracy >= 95
    assert "training" in first.err  # the progress bar
    files = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    assert sorted(files) == ["backprop.html", "graph.png", "graph.svg", "training.png"]
    assert files["graph.png"].startswith(b"\x89PNG")
    assert files["training.png"].startswith(b"\x89PNG")
    assert b"<svg" in files["graph.svg"]
    assert b"://" not in files["backprop.html"].replace(b"http://www.w3.org", b"")  # nothing is fetched
    assert main(["demo", "--no-open", "--out", str(tmp_path / "a")]) == 0
    assert capsys.readouterr().out == first.out


def test_a_folder_that_cannot_be_written_is_refused_before_any_work(tmp_path, capsys):
    (tmp_path / "file").write_text("not a folder")
    assert main(["demo", "--no-open", "--out", str(tmp_path / "file" / "below")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("minigrad demo: Cannot write into")
    assert error.count("\n") == 1
    assert "--out" in error


@pytest.mark.parametrize(
    ("device", "sentence"),
    [("tpu", "no device 'tpu'"), ("cuda", "needs an NVIDIA GPU with its driver, and CuPy")],
)
def test_a_device_that_is_not_there(device, sentence, tmp_path, capsys):
    if device == "cuda" and __import__("minigrad").cuda.is_available():
        pytest.skip("this machine has a GPU")
    assert main(["demo", "--no-open", "--device", device, "--out", str(tmp_path / "never")]) == 2
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "never").exists()


def test_lab_opens_the_lecture_notebooks(monkeypatch):
    called = []
    monkeypatch.setattr(subprocess, "call", lambda command: called.append(command) or 0)
    assert main(["lab", "--", "--no-browser"]) == 0
    (command,) = called
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert command[3:] == [
        f"--ServerApp.root_dir={course_folder()}", "--LabApp.default_url=/lab/tree/notebooks", "--no-browser"
    ]  # fmt: skip
    assert (course_folder() / "notebooks" / "02_computation_graphs.ipynb").is_file()
    assert (course_folder() / "exercises" / "notebooks" / "02_gates.ipynb").is_file()


def test_importing_minigrad_loads_nothing_heavy():
    code = "import sys, minigrad; print([m for m in ('cupy', 'matplotlib', 'IPython', 'visuals') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_dependencies_point_one_way():
    """exercises → visuals → minigrad; only the front door reaches the other rooms."""
    root = Path(__file__).parents[2]
    for room, forbidden in (("minigrad", ("visuals", "exercises")), ("visuals", ("exercises",))):
        for path in (root / room).rglob("*.py"):
            if path.name == "__main__.py":
                continue
            lines = path.read_text(encoding="utf-8").splitlines()
            for other in forbidden:
                assert not [
                    line for line in lines if line.lstrip().startswith((f"import {other}", f"from {other}"))
                ], path
