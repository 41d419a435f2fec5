"""`minigrad watch`: the public checks again after every save, whatever state the file is in."""

import pytest

from exercises import watch
from minigrad.__main__ import main


@pytest.fixture
def notebook(tmp_path, write_notebook, solution):
    return write_notebook(tmp_path / "hw.ipynb", solution, {"minigrad": {"exercise": "02_gates"}})


def test_right_answers_pass_and_hidden_tests_are_mentioned(notebook, capsys):
    assert main(["watch", str(notebook), "--once"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("hw.ipynb: 4 of 4 tasks pass all public checks\n  ✓ add_gate\n")
    assert "All public checks passed. Grading also uses hidden tests." in said


def test_first_task_that_fails_is_shown_with_its_diagnosis(
    tmp_path, write_notebook, solution, add_gate, capsys
):
    cells = [*solution, add_gate(backward="return [-output_diff, output_diff]")]
    assert main(["watch", str(write_notebook(tmp_path / "hw.ipynb", cells)), "--once"]) == 1
    said = capsys.readouterr().out
    assert "hw.ipynb: 2 of 4 tasks pass" in said
    assert "  ✗ add_gate\n  ✓ multiply_gate" in said
    assert "add_gate: not passed yet" in said
    assert "the gradient for x has the wrong sign" in said


def test_stubs_are_marked_as_not_begun(tmp_path, write_notebook, add_gate):
    path = write_notebook(tmp_path / "hw.ipynb", ["import minigrad as mg", add_gate("...", "...")])
    results = watch.examine(watch.read(path))
    assert not results[0].begun
    assert "  … add_gate" in watch.page(path, results)
    assert results[1].diagnosis == "MultiplyGate is not defined"


def test_endless_loop_is_stopped_and_the_other_tasks_are_checked(
    tmp_path, write_notebook, solution, add_gate
):
    path = write_notebook(tmp_path / "hw.ipynb", [*solution, add_gate("while True: pass")])
    results = watch.examine(watch.read(path), timeout=2)
    assert "took longer than 2 s" in results[0].diagnosis
    assert [bool(result) for result in results] == [False, True, True, False]


def test_every_save_is_checked_and_half_saved_files_are_waited_out(
    notebook, solution, write_notebook, capsys
):
    whole = notebook.read_text()

    def change(step):
        if step == 0:
            notebook.write_text(whole[:50])  # half saved
        elif step == 1:
            notebook.unlink()  # while an editor replaces it
        elif step == 2:
            write_notebook(notebook, [cell.replace("return x + y", "return x - y") for cell in solution])
        elif step == 4:
            raise KeyboardInterrupt

    steps = iter(range(5))
    with pytest.raises(KeyboardInterrupt):
        watch.main(notebook, sleep=lambda seconds: change(next(steps)))
    said = capsys.readouterr().out
    shown = [
        line for line in said.splitlines() if line.startswith("hw.ipynb: ") or "its JSON is broken" in line
    ]
    assert len(shown) == 3, said
    assert "4 of 4" in shown[0]
    assert "JSON is broken" in shown[1]
    assert "2 of 4" in shown[2]
    assert said.count("Save the file to check again") == 3
    assert "\x1b" not in said, "a pipe gets no escape codes"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.ipynb"], "nothing.ipynb: there is no such file"),
        (["nothing.ipynb", "--once"], "nothing.ipynb: there is no such file"),
        (["x.py", "--once"], "defines nothing that an exercise asks for"),
        (["x.py", "--timeout", "0"], "--timeout must be a positive number of seconds"),
    ],
)
def test_bad_input_is_one_line_and_status_2(tmp_path, arguments, message, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.py").write_text("x = 1")
    assert main(["watch", *arguments]) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
