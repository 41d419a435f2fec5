"""Reading submissions: what is a notebook, what is not, and which exercise it answers."""

import json

import pytest

from exercises.grading import identify
from exercises.grading.submission import Submission, read
from minigrad.errors import UsageError


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.ipynb", b"", "x.ipynb is empty"),
        ("x.py", b" \n\n", "x.py is empty"),
        ("x.ipynb", b'{"cells": [', "is not a notebook: its JSON is broken"),
        ("x.ipynb", b"[" * 100_000, "is not a notebook: its JSON is broken"),
        ("x.ipynb", b"[1, 2]", "is not a notebook: it has no list of cells"),
        ("x.ipynb", b'{"cells": 3}', "is not a notebook: it has no list of cells"),
        ("x.ipynb", b"\x89PNG\r\n\x1a\n\x00\xff", "is not UTF-8 text"),
        ("x.ipynb", '{"cells": "é"}'.encode("utf-16"), "is not UTF-8 text"),
        ("x.png", b"\x89PNG\r\n", "neither a notebook"),
    ],
)
def test_what_is_no_submission_is_refused(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UsageError, match=message):
        read(path)


def test_missing_file_and_folder_are_refused(tmp_path):
    with pytest.raises(UsageError, match=r"nothing\.ipynb: there is no such file"):
        read(tmp_path / "nothing.ipynb")
    with pytest.raises(UsageError, match="is a folder; name the notebook in it"):
        read(tmp_path)


def test_oversized_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("exercises.grading.submission.MAX_FILE", 10)
    (tmp_path / "x.py").write_text("x = 'long enough'")
    with pytest.raises(UsageError, match="is larger than"):
        read(tmp_path / "x.py")


def test_sources_may_be_texts_or_lists_and_other_cells_are_skipped(tmp_path):
    cells = [
        {"cell_type": "markdown", "source": "# title"},
        {"cell_type": "code", "source": "a = 1\nb = 2"},
        {"cell_type": "code", "source": ["c = 3\n", "d = 4"]},
        {"cell_type": "code", "source": None},
        "nonsense",
    ]
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": None}))
    assert read(path) == Submission(path, ("a = 1\nb = 2", "c = 3\nd = 4", ""))


def test_notebook_of_format_3_is_read(tmp_path):
    path = tmp_path / "x.ipynb"
    sheets = [{"cells": [{"cell_type": "code", "input": ["a = 1\n", "b = 2"]}]}, {"cells": 3}, None]
    path.write_text(json.dumps({"worksheets": sheets, "metadata": {}, "nbformat": 3}))
    assert read(path).cells == ("a = 1\nb = 2",)


def test_script_is_split_at_its_cell_marks(tmp_path):
    path = tmp_path / "x.py"
    path.write_text('a = 1\n# %% [markdown]\n# text\n# %% task="add_gate"\nb = 2\n\n# %%\nc = 3\n')
    assert read(path).cells == ("a = 1", "b = 2", "c = 3")


def test_exercise_is_found_from_metadata_then_from_definitions(tmp_path, write_notebook):
    path = write_notebook(tmp_path / "x.ipynb", ["y = 1"], {"minigrad": {"exercise": "02_gates"}})
    assert identify(read(path)).name == "02_gates"
    path = write_notebook(tmp_path / "y.ipynb", ["class MaxGate(Function):\n    pass"])
    assert identify(read(path)).name == "02_gates"
    assert identify(Submission(path, ()), "gates").name == "02_gates"


def test_exercise_that_cannot_be_told_is_an_error(tmp_path):
    path = tmp_path / "x.ipynb"
    with pytest.raises(UsageError, match=r"defines nothing that an exercise asks for.*02_gates \(AddGate"):
        identify(Submission(path, ("x = 1", "# class AddGate is missing")))
    with pytest.raises(
        UsageError, match=r"is a notebook of another exercise, '99_quantum'; there are .*02_gates"
    ):
        identify(Submission(path, ("x = 1",), "99_quantum"))
    with pytest.raises(UsageError, match=r"there is no exercise 'gatez'; did you mean 02_gates\?"):
        identify(Submission(path, ("x = 1",)), "gatez")
    with pytest.raises(UsageError, match=r"there is no exercise 'zebra'; there are .*02_gates"):
        identify(Submission(path, ("x = 1",)), "zebra")


def test_definitions_are_found_last_one_first(tmp_path):
    cells = (
        "class AddGate:\n    pass",
        "class AddGate2: pass",
        "x = 1\ndef AddGate(): pass",
        "  class AddGate: pass",
    )
    assert Submission(tmp_path, cells).defining("AddGate") == [2, 0]


def test_old_encoding_is_forgiven_and_noted(tmp_path):
    path = tmp_path / "x.py"
    path.write_bytes("x = 1\n# caf\u00e9\n".encode("latin-1"))
    submission = read(path)
    assert submission.cells == ("x = 1\n# caf\u00e9",)
    assert submission.notes == ("The file is not UTF-8 text (line 2): it was read as Latin-1.",)


@pytest.mark.skipif(not hasattr(__import__("os"), "mkfifo"), reason="there are no named pipes here")
def test_pipe_is_refused_and_not_waited_for(tmp_path):
    __import__("os").mkfifo(tmp_path / "x.ipynb")
    with pytest.raises(UsageError, match="is no ordinary file"):
        read(tmp_path / "x.ipynb")
