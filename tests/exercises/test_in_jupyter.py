"""The student notebook in a real Jupyter kernel: it runs, checks itself and draws the stepper."""

import nbformat
import pytest
from nbclient import NotebookClient

from exercises.build import NOTEBOOKS

FILLED = {
    "add-gate": ["return x + y", "return [output_diff, output_diff]"],
    "multiply-gate": ["return x * y", "return [output_diff * x, output_diff * y]"],  # the wrong way round
}


@pytest.mark.slow
def test_checks_are_shown_in_the_notebook():
    book = nbformat.read(NOTEBOOKS / "02_gates.ipynb", as_version=4)
    for cell in book.cells:
        for answer in FILLED.get(cell.id, []):
            cell.source = cell.source.replace("# write your code here\n        ...", answer, 1)
    NotebookClient(book, timeout=120, kernel_name="python3", allow_errors=True).execute()
    outputs = {cell.source: cell.outputs for cell in book.cells if cell.cell_type == "code"}

    def shown(task):
        [output] = outputs[f'exercises.check("{task}")']
        return output.data

    assert shown("add_gate")["text/plain"].startswith("add_gate: all public checks passed")
    assert "all <i>public</i> checks passed" in shown("add_gate")["text/html"]
    assert "are the two swapped?" in shown("multiply_gate")["text/html"]
    assert "MaxGate.forward is not written yet" in shown("max_gate")["text/plain"]
    [stepper] = outputs['exercises.target("add_gate")']
    assert "application/vnd.jupyter.widget-view+json" in stepper.data
