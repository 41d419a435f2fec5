"""Submissions that hang, crash, cheat or are untidy: each gets the points it earned, and a sentence."""

import json
import re
import struct

import pytest

ADD_TESTS = {"test_add_forward", "test_add_backward", "test_circuit"}


def test_endless_loop_costs_only_its_own_tests(solution, add_gate, grade_cells, failed):
    reasons = failed(grade_cells([*solution, add_gate(backward="while True: pass")], timeout=2))
    assert set(reasons) == {"test_add_backward", "test_circuit"}
    assert reasons["test_add_backward"] == "your code took longer than 2 s (an endless loop?)"


def test_cell_that_never_ends_is_left_out_and_noted(solution, grade_cells):
    report = grade_cells([*solution[:2], "while True: pass", *solution[2:]], timeout=2)
    assert report.score == 12
    assert report.notes == ("Cell 3: took longer than 2 s (an endless loop?)",)


def test_after_four_hanging_cells_the_rest_is_not_run(solution, grade_cells):
    report = grade_cells([*["import os; os._exit(0)"] * 4, *solution])
    assert report.score == 0
    assert report.notes[4] == "Cell 5: was not run: earlier cells hung or crashed"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("import os; os._exit(0)", "your code ended its own process"),
        ("import sys; sys.exit(0)", "your code raised SystemExit: 0"),
        ("import ctypes; ctypes.string_at(0)", r"your code crashed the Python interpreter (SIGSEGV)"),
        ("return self.forward(inputs)", "your code raised RecursionError"),
        ("return np.ones(10**10)", "your code raised MemoryError"),
        (
            "return np.ones((3000, 3100))",
            "AddGate.forward returned 71 MiB of data; at most 64 MiB can be sent",
        ),
        (
            "return np.array([None])",
            "AddGate.forward returned an array of dtype object, which holds no numbers",
        ),
        ("return 'twelve'", "AddGate.forward: no array"),
        ("return np.full(x.shape, np.nan)", "AddGate.forward: wrong value"),
        ("return x + 1j", "AddGate.forward: no real numbers"),
        ("1 / 0", "your code raised ZeroDivisionError: division by zero (line 5 of cell {last}: 1 / 0)"),
    ],
)
def test_forward_that_fails_costs_only_its_own_tests(line, reason, solution, add_gate, grade_cells, failed):
    reasons = failed(grade_cells([*solution, add_gate(forward=line)]))
    assert set(reasons) == {"test_add_forward", "test_circuit"}
    assert reasons["test_add_forward"].startswith(reason.format(last=len(solution) + 1))


@pytest.mark.parametrize(
    ("cell", "note"),
    [
        ("1 / 0", "Cell 1: ZeroDivisionError: division by zero (line 1 of cell 1: 1 / 0)"),
        ("x = = 3", "Cell 1: SyntaxError: invalid syntax (line 1 of cell 1: x = = 3)"),
        ("import sys; sys.exit(0)", "Cell 1: SystemExit: 0 (line 1 of cell 1: import sys; sys.exit(0))"),
        ("import os; os._exit(0)", "Cell 1: ended its own process"),
        ("input('name? ')", "Cell 1: EOFError: EOF when reading a line (line 1 of cell 1: input('name? '))"),
        ("s = '\ud800'", "Cell 1: UnicodeEncodeError"),
    ],
)
def test_failing_cell_that_has_nothing_to_do_with_it_costs_nothing(cell, note, solution, grade_cells):
    report = grade_cells([cell, *solution])
    assert report.score == 12
    assert report.notes[0].startswith(note)


def test_replacing_numpys_comparisons_changes_nothing(solution, add_gate, grade_cells, failed):
    cheat = (
        "import numpy as np\n"
        "np.allclose = np.array_equal = np.isclose = lambda *a, **k: True\n"
        "np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None\n"
    )
    reasons = failed(grade_cells([cheat, *solution, add_gate("return 0 * x", "return [x, y]")]))
    assert set(reasons) == ADD_TESTS


@pytest.mark.parametrize(
    "kind",
    [
        "class Yes:\n    def __array__(self, *a, **k): return np.ones((2, 3))\n",
        "class Yes(list):\n    def __len__(self): return 2\n",
        "class Yes(float):\n    def __init__(self, *a): pass\n",
    ],
)
def test_objects_that_equal_everything_are_not_right(kind, solution, add_gate, grade_cells, failed):
    always = "".join(f"    def __{op}__(self, *a): return True\n" for op in ("eq", "le", "ge", "lt", "gt"))
    cells = [*solution, kind + always, add_gate("return Yes()", "return [Yes(), Yes()]")]
    assert set(failed(grade_cells(cells))) == ADD_TESTS


def test_array_subclass_that_equals_everything_is_not_right(solution, add_gate, grade_cells, failed):
    kind = (
        "class Yes(np.ndarray):\n"
        "    def __eq__(self, other): return np.True_\n"
        "    def __sub__(self, other): return np.zeros(self.shape)\n"
    )
    wrong = "(0 * x).view(Yes)"
    cells = [*solution, kind, add_gate(f"return {wrong}", f"return [{wrong}, {wrong}]")]
    assert set(failed(grade_cells(cells))) == ADD_TESTS


def test_floods_of_output_and_forged_results_are_ignored(solution, grade_cells, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    forged = json.dumps({"score": 100, "tests": [{"name": "Add, forward", "score": 100, "max_score": 1}]})
    flood = "for _ in range(20): print('x' * 1_000_000)"
    forge = f"print({forged!r})\nopen('results.json', 'w').write({forged!r})"
    report = grade_cells([flood, forge, *solution[:1]])
    assert report.score == 0
    assert list(tmp_path.iterdir()) == []


def test_forged_replies_earn_nothing(solution, grade_cells):
    text = json.dumps({"id": 1, "passed": True, "value": True, "score": 12, "blobs": []}).encode()
    body = struct.pack(">Q", len(text)) + text
    frame = struct.pack(">Q", len(body)) + body
    forge = f"import os\nfor fd in range(3, 30):\n    try: os.write(fd, {frame!r})\n    except OSError: pass"
    report = grade_cells([forge, *solution[:1]])
    assert report.score == 0
    assert report.notes == ("Cell 1: answered with a reply to a question that was not asked",)


def test_secrets_of_the_graders_environment_are_not_passed_on(
    solution, add_gate, grade_cells, failed, monkeypatch
):
    monkeypatch.setenv("GRADEBOOK_TOKEN", "tuna")
    look = add_gate("import os; raise ValueError(os.environ.get('GRADEBOOK_TOKEN', 'nothing there'))")
    assert "ValueError: nothing there" in failed(grade_cells([*solution, look]))["test_add_forward"]


def test_escape_codes_and_long_messages_are_made_harmless(solution, add_gate, grade_cells, failed):
    shout = add_gate("raise ValueError('\\x1b[2J[bold]' + 'x' * 9999)")
    reason = failed(grade_cells([*solution, shout]))["test_add_forward"]
    assert "\x1b" not in reason
    assert len(reason) <= 300


def test_cells_in_any_order_count(solution, grade_cells):
    assert grade_cells(reversed(solution)).score == 12


def test_last_of_several_definitions_counts_and_is_noted(solution, add_gate, grade_cells):
    report = grade_cells([add_gate("return 7"), *solution])
    assert report.score == 12
    again = 2 + next(i for i, cell in enumerate(solution) if "class AddGate" in cell)
    assert report.notes == (f"AddGate is defined in cells 1 and {again}; the last one counts.",)


def test_missing_class_costs_its_tests(solution, grade_cells, failed):
    reasons = failed(grade_cells([cell for cell in solution if "class AddGate" not in cell]))
    assert set(reasons) == ADD_TESTS
    assert reasons["test_add_forward"] == "AddGate is not defined"


def test_class_in_a_cell_with_a_syntax_error_is_missing_for_that_reason(solution, grade_cells, failed):
    broken = [cell.replace("class AddGate(mg.Function):", "class AddGate(mg.Function)") for cell in solution]
    reasons = failed(grade_cells(broken))
    assert set(reasons) == ADD_TESTS
    assert re.match(
        r"AddGate is not defined: cell \d raised SyntaxError: expected ':'", reasons["test_add_forward"]
    )


def test_name_that_is_no_class_costs_its_tests(solution, grade_cells, failed):
    reasons = failed(grade_cells([*solution, "AddGate = 3"]))
    assert reasons["test_add_forward"] == "your code raised TypeError: 'int' object is not callable"


def test_magics_run_or_are_skipped(solution, grade_cells):
    magics = ["%matplotlib inline\n!ls\n%time q = 3", "%%time\nw = 4", "assert (q, w) == (3, 4)"]
    report = grade_cells([*magics, *solution])
    assert report.score == 12
    assert report.notes == ()
