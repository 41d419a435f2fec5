"""Decks: how a notebook is cut into slides, and that the file needs nothing from elsewhere."""

import re

import nbformat
import pytest
from nbformat import v4

from exercises.publishing import slides
from minigrad.__main__ import main
from tests.notebook_runner import ROOT


def notebook(*cells):
    return v4.new_notebook(
        cells=[v4.new_code_cell(c[1:]) if c[0] == ">" else v4.new_markdown_cell(c) for c in cells]
    )


def plan(book):
    return [[[cell.source for cell in slide] for slide in column] for column in slides.columns(book)]


def test_a_heading_begins_a_column_and_code_stands_under_the_words_that_introduce_it():
    assert plan(notebook("# A\n\nwords\n\n## B\n\nmore", ">x = 1", ">y = 2")) == [
        [["# A\n\nwords"]],
        [["## B\n\nmore", "x = 1"], ["y = 2"]],
    ]


def test_the_answer_to_a_question_waits_for_the_next_slide():
    assert plan(notebook("## A\n\nwords\n\n**Predict.** What?", ">answer()")) == [
        [["## A\n\nwords"], ["**Predict.** What?"], ["answer()"]]
    ]


def test_long_words_fill_a_slide():
    assert [len(slide) for slide in slides.columns(notebook("long " * 200, ">1"))[0]] == [1, 1]


def test_marks_of_jupyter_are_obeyed():
    book = notebook("a", ">b", "c", "d", "e")
    for cell, kind in zip(book.cells, ("slide", "-", "subslide", "skip", "notes"), strict=True):
        cell.metadata["slideshow"] = {"slide_type": kind}
    assert plan(book) == [[["a", "b"], ["c"]]]


def test_a_deck_asks_nothing_of_the_network_and_hides_no_script_in_a_title():
    book = notebook("# A\n\n<b>bold</b> $x^2$", ">1")
    page = slides.deck(book, "</title><script>alert(1)</script>")
    assert not re.search(r'(src|href)="https?://', page)
    assert "<script>alert(1)" not in page
    assert "<math" in page
    assert "Reveal.initialize" in page


def test_the_title_is_the_first_heading():
    assert slides.title_of(notebook("words", "# One\n\n# Two"), "name") == "One"
    assert slides.title_of(notebook("words"), "name") == "name"


@pytest.mark.slow
def test_the_command_writes_a_deck_in_which_every_stepper_is_a_frame(tmp_path, capsys):
    assert (
        main(["slides", str(ROOT / "notebooks" / "02_computation_graphs.ipynb"), "--out", str(tmp_path)]) == 0
    )
    page = (tmp_path / "02_computation_graphs.slides.html").read_text(encoding="utf-8")
    source = nbformat.read(ROOT / "notebooks" / "02_computation_graphs.ipynb", as_version=4)
    wanted = sum(cell.source.count("BackpropStepper(") for cell in source.cells if cell.cell_type == "code")
    assert len(re.findall(r"<iframe [^>]*srcdoc=", page)) == wanted > 2  # reveal.js has an iframe of its own
    assert "needs no network" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [("none.ipynb", None, "no file"), ("broken.ipynb", "{", "is not a notebook")],
)
def test_what_is_no_notebook_is_one_line(tmp_path, capsys, name, text, says):
    if text is not None:
        (tmp_path / name).write_text(text)
    assert main(["slides", str(tmp_path / name)]) == 2
    assert says in capsys.readouterr().err


def test_a_notebook_that_fails_says_where(tmp_path, capsys):
    path = tmp_path / "fails.ipynb"
    nbformat.write(notebook("# A", ">1 / 0"), path)
    assert main(["slides", str(path), "--out", str(tmp_path)]) == 2
    assert "fails.ipynb does not run: ZeroDivisionError: division by zero" in capsys.readouterr().err
    assert not list(tmp_path.glob("*.html"))
