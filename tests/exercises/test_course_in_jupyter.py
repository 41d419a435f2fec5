"""Every exercise, solved, in a real Jupyter kernel: checks pass, pictures appear, nothing complains."""

import nbformat
import pytest
from nbclient import NotebookClient

from exercises import catalogue
from exercises.build import cells_of


@pytest.mark.slow
@pytest.mark.parametrize("exercise", catalogue.exercises(), ids=lambda exercise: exercise.name)
def test_solved_notebook_passes_its_checks_and_shows_its_pictures(exercise):
    book = nbformat.v4.new_notebook()
    book.cells = [
        cell for cell in cells_of(exercise.source.read_text(encoding="utf-8")) if cell.cell_type == "code"
    ]
    NotebookClient(book, timeout=300, kernel_name="python3").execute()
    for cell in book.cells:
        assert [out for out in cell.outputs if out.output_type == "stream"] == [], (
            cell.source
        )  # no warning, no print
        shown = [out.data for out in cell.outputs if "data" in out]
        if cell.source.startswith("exercises.check("):
            [data] = shown
            assert "all public checks passed" in data["text/plain"]
            assert "all <i>public</i> checks passed" in data["text/html"]
        elif cell.source.startswith("exercises.target("):
            [data] = shown
            assert any(kind.startswith(("image/", "text/html", "application/vnd.jupyter")) for kind in data)
