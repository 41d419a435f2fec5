"""Formulas as MathML: which are found, what is left alone, and that every formula of the course can be converted."""

import re

import nbformat
import pytest

from exercises.publishing.formulas import with_mathml
from tests.notebook_runner import ROOT

NOTEBOOKS = [*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "exercises" / "notebooks").glob("*.ipynb")]


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("the slope $2x$ at $x = 3$", 2),
        ("$$\\sum_i x_i$$", 1),
        ("over two\nlines $a +\nb$ here", 1),
        ("`$x$` and ```\n$y$\n```", 0),
        ("it costs $5 and then $6", 0),
        ("a price of \\$3 or $ 4 $", 0),
        ("$x$-axis, and $y$.", 2),
    ],
)
def test_only_formulas_are_converted(text, formulas):
    made = with_mathml(text)
    assert made.count("<math") == formulas
    if not formulas:
        assert made == text


def test_a_block_stands_by_itself():
    made = with_mathml("before $$y$$ after")
    assert re.search(r'before \n\n<math [^>]*display="block">.*</math>\n\n after', made)


def test_a_prime_is_an_operator():
    assert "<mo>&#x02032;</mo>" in with_mathml("$f'$")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_formula_of_the_course_is_known_to_the_converter(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            made = with_mathml(cell.source)
            shown = re.findall(r"<math.*?</math>", made, re.DOTALL)
            assert not [formula for formula in shown if "\\" in formula], "a command was left as it is"
