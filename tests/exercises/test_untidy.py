"""What students do to notebooks: each gets a sentence where one is due, and the points earned elsewhere."""

import json

import nbformat
import pytest

from exercises.build import NOTEBOOKS
from exercises.grading import run
from exercises.grading.batch import Batch, Options
from exercises.grading.collect import collect
from exercises.sandbox.cells import run_cell

META = {"minigrad": {"exercise": "02_gates"}}
TIMEOUT = 3.0  # seconds per call: enough on a busy machine, short for an endless loop

GATE = """
class {name}(mg.Function):
    def forward(self, inputs):
        x, y = inputs
        return {forward}

    def backward(self, inputs, output, output_diff):
        x, y = inputs
        return {backward}
"""
MAX = """
class MaxGate(mg.Function):
    def forward(self, inputs):
        return np.maximum(*inputs)

    def backward(self, inputs, output, output_diff):
        x, y = inputs
        share = 0.5 * (x > y) + 0.5 * (x >= y)
        return [output_diff * share, output_diff * (1 - share)]
"""
IMPORT = "import numpy as np\nimport exercises\nimport minigrad as mg\nimport visuals"
ADD = GATE.format(name="AddGate", forward="x + y", backward="[output_diff, output_diff]")
MULTIPLY = GATE.format(name="MultiplyGate", forward="x * y", backward="[output_diff * y, output_diff * x]")
TENSOR = "class Tensor:\n    requires_grad = False\n    def __init__(self, data): self.data = data"
GOOD = [IMPORT, ADD, 'exercises.check("add_gate")', MULTIPLY, MAX, "visuals.BackpropStepper(None)"]


def cell(source, **more):
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], **more}


def book(cells, metadata=META, **more):
    return json.dumps(
        {"cells": [*map(cell, cells)], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5, **more}
    )


def without_metadata():
    """The student notebook, solved, after an editor that keeps nothing but cells."""
    read = nbformat.read(NOTEBOOKS / "02_gates.ipynb", as_version=4)
    cells = [c.source for c in read.cells if c.cell_type == "code"]
    solved = {"AddGate": ADD, "MultiplyGate": MULTIPLY, "MaxGate": MAX}
    names = [next((name for name in solved if f"class {name}" in source), "") for source in cells]
    return book([solved.get(name, source) for name, source in zip(names, cells, strict=True)], {})


def old_format(cells):
    old = [{"cell_type": "code", "language": "python", "input": source, "outputs": []} for source in cells]
    return json.dumps(
        {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": old}]}
    )


def instead(old, new):
    return [source.replace(old, new) for source in GOOD]


# name: (the file, the score of 12, words of a note or of a failed test's reason or "")
CASES = {
    "right": (book(GOOD), 12, ""),
    "script": ("\n".join(f"# %%\n{source}" for source in GOOD), 12, ""),
    "copied_cells": (book([*GOOD, *GOOD]), 12, "AddGate is defined in cells 2 and 8; the last one counts."),
    "old_copy_of_a_stub_above": (book([ADD.replace("x + y", "..."), *GOOD]), 12, "the last one counts"),
    "cells_in_reverse": (book(GOOD[::-1]), 12, ""),
    "lost_metadata": (without_metadata(), 12, ""),
    "metadata_of_other_kinds": (book(GOOD, [1, 2]), 12, ""),
    "line_magics": (book(["%matplotlib inline\n%load_ext autoreload\n!pip install numpy", *GOOD]), 12, ""),
    "cell_magics": (book([*GOOD[:-1], "%%time\n" + ADD, "%%bash\nrm -rf /", "%%html\n<b>"]), 12, "AddGate is defined"),
    "question_mark": (book(["np.tanh?", "mg??", *GOOD]), 12, ""),
    "input": (book(["name = input('your name: ')", *GOOD]), 12, "Cell 1: EOFError"),
    "prints_100_mb": (book(["print('x' * 10**8)", "import sys; sys.stderr.write('y' * 10**8)", *GOOD]), 12, ""),
    "prints_in_answers": (book(instead("return x + y", "print(x); return x + y")), 12, ""),
    "plots": (
        book(["import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()", *GOOD, "plt.figure(figsize=(3, 3))"]),
        12,
        "",
    ),
    "displays": (book([*GOOD, "from IPython.display import HTML\ndisplay(HTML('<b>'))\nnp.ones(3)"]), 12, ""),
    "endless_cell": (book([*GOOD, "while True: pass"]), 12, "Cell 7: took longer than"),
    "endless_answer": (book(instead("x * y", "[1 for _ in iter(int, 1)]")), 10, "took longer than"),
    "exit": (book([*GOOD[:2], "exit()", *GOOD[2:], "quit()", "import sys; sys.exit()"]), 12, "Cell 9: SystemExit"),
    "exit_in_an_answer": (book(instead("x + y", "exit()")), 10, "exit"),
    "dies_in_an_answer": (book(instead("x + y", "__import__('os')._exit(0)")), 10, "ended its own process"),
    "error_in_another_cell": (book(["1 / 0", *GOOD, "undefined_name"]), 12, "Cell 1: ZeroDivisionError"),
    "syntax_error_in_another_cell": (book(["def f(:", *GOOD]), 12, "Cell 1: SyntaxError"),
    "missing_gate": (book([c for c in GOOD if "MaxGate" not in c]), 8, "MaxGate is not defined"),
    "missing_method": (book(instead("def backward(self, inputs, output, output_diff)", "def b(self)")), 3, "backward"),
    "other_name": (book(instead("class AddGate", "class Addgate")), 8, "AddGate is not defined"),
    "answer_is_a_function": (book([*GOOD, "def AddGate(x, y):\n    return x + y"]), 8, "AddGate"),
    "float32": (book(instead("return x + y", "return (x + y).astype(np.float32)")), 12, ""),
    "integers": (book(instead("return x + y", "return (x + y).astype(int)")), 10, "wrong value"),
    "complex": (book(instead("return x + y", "return x + y + 0j")), 10, "AddGate.forward"),
    "strings": (book(instead("return x + y", "return str(x + y)")), 10, "AddGate.forward"),
    "list_for_an_array": (book(instead("return x + y", "return (x + y).tolist()")), 10, "AddGate.forward"),
    "tuple_of_gradients": (book(instead("[output_diff, output_diff]", "(output_diff, output_diff)")), 12, ""),
    "tensor_for_an_array": (
        book([TENSOR, *instead("return x + y", "return Tensor(x + y)")]),
        10,
        "AddGate.forward: a Tensor, where an array",
    ),
    "nothing": (book(instead("return x + y", "pass")), 10, "AddGate.forward is not written yet"),
    "nbformat_3": (old_format(GOOD), 12, ""),
    "nbformat_9": (book(GOOD, nbformat=9), 12, ""),
    "sources_as_lines": (book([source.splitlines(keepends=True) for source in GOOD]), 12, ""),
    "windows_lines": (book([source.replace("\n", "\r\n") for source in GOOD]), 12, ""),
    "byte_order_mark": ("\ufeff" + book(GOOD), 12, ""),
    "tabs": (book([source.replace("    ", "\t") for source in GOOD]), 12, ""),
    "latin_1": (book(["# caf\u00e9", *GOOD]).replace("\\u00e9", "\u00e9").encode("latin-1"), 12, "read as Latin-1"),
    "utf_16": (book(GOOD).encode("utf-16"), 0, "is not UTF-8 text"),
    "picture": (b"\x89PNG\r\n\x1a\n\x00\x00", 0, "is not UTF-8 text"),
    "empty_file": ("", 0, "is empty"),
    "no_cells": (book([]), 0, "AddGate is not defined"),
    "broken_json": (book(GOOD)[:-40], 0, "its JSON is broken"),
    "json_of_something_else": ('{"score": 12}', 0, "it has no list of cells"),
    "other_exercise": (book(GOOD, {"minigrad": {"exercise": "99_quantum"}}), 12, "it was graded as 02_gates"),
    "something_else": (book(["x = 1"], {}), 0, "defines nothing that 02_gates asks for; is it"),
}  # fmt: skip


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """All cases graded as one class; every student's file, whatever is wrong with it, has a report."""
    folder = tmp_path_factory.mktemp("class")
    for name, (content, _, _) in CASES.items():
        (folder / name).mkdir()
        path = folder / name / ("hw.py" if name == "script" else "hw.ipynb")
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    batch = Batch(collect([folder]), Options(timeout=TIMEOUT, seed=3))
    return {report.student: report for _, report in batch.run()}


@pytest.mark.parametrize("name", CASES)
def test_untidy_submission_gets_its_points_and_a_sentence(name, reports):
    _, score, words = CASES[name]
    report = reports[name]
    said = [*report.notes, *(outcome.reason for outcome in report.outcomes)]
    assert (report.score, report.points) == (score, 12), said
    if words:
        assert any(words in sentence for sentence in said), said
    else:
        assert report.notes == ()
    assert all(outcome.reason for outcome in report.outcomes if not outcome.passed)


def test_code_that_is_slow_in_every_call_holds_nobody_up(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "CALLS", 0.5)
    slow = [source.replace("return ", "__import__('time').sleep(0.6); return ") for source in GOOD]
    (tmp_path / "hw.ipynb").write_text(book(slow))
    [(_, report)] = Batch(collect([tmp_path]), Options(timeout=TIMEOUT, jobs=1)).run()
    assert report.score < 12
    assert report.outcomes[-1].reason == "your code has used up the 1.5 s for all tests together"


def test_cases_are_what_they_say():
    namespace = {}
    for source in GOOD[:2]:
        run_cell(source, "cell", namespace)
    assert namespace["AddGate"]().forward([1, 2]) == 3
    assert len(CASES) >= 45
