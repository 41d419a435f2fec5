"""Target against yours: what the picture of a comparison shows, and that hidden tests never make one."""

import numpy as np
import pytest

from exercises.answers import compare
from exercises.blocks import check_rule
from exercises.checking import examine
from exercises.errors import CheckFailed
from exercises.pictures import MOST, Pair, notice, watched, watching
from exercises.result import CheckResult
from minigrad.errors import GradientError

TARGET, YOURS = np.array([[1.0, -2.0], [0.5, 4.0]]), np.array([[1.0, 2.0], [0.5, 4.5]])


def pair(target=TARGET, yours=YOURS):
    same = np.shape(target) == np.shape(yours)
    return Pair("f: the value", target, yours, ~np.equal(target, yours) if same else np.ones(1, bool))


def step(function):
    def run(student):
        yield "a step"
        function()

    return examine("task", run, {})


def test_text_marks_what_is_wrong_and_leaves_out_what_is_right():
    lines = pair().text().splitlines()
    assert [title.strip() for title in lines[0].split("│")] == ["target", "yours", "yours − target"]
    assert [cells.split() for cells in lines[1].split("│")] == [["1", "-2"], ["1", "2✗"], ["·", "4"]]
    assert [cells.split() for cells in lines[2].split("│")] == [["0.5", "4"], ["0.5", "4.5✗"], ["·", "0.5"]]


def test_html_is_tables_with_captions_and_numbers_that_need_no_colour():
    page = pair().html()
    assert page.count("<table") == page.count("<caption") == 3
    assert page.count("2✗</td>") == 1
    assert page.count("outline:2px") == 4  # two wrong entries, in yours and in the difference
    assert "color:inherit" in page  # dark themes: the text's colour is the page's


def test_html_escapes_names():
    assert "<script>" not in Pair("<script>", TARGET, YOURS, TARGET != YOURS).html()


def test_equal_arrays_need_no_difference():
    assert [title for title, *_ in pair(TARGET, TARGET.copy()).maps()] == ["target", "yours: the same"]


@pytest.mark.parametrize("shape", [(), (3,), (2, 1), (2, 3, 4), (0,), (0, 3), (3, 0)])
def test_every_shape_can_be_shown_beside_every_other(shape):
    shown = pair(TARGET, np.ones(shape))
    assert shape == (2, 2) or f"yours {shape}" in shown.text()
    assert "<table" in shown.html()


def test_large_arrays_are_shown_around_the_worst_entry():
    target = np.zeros((40, 30))
    yours = target.copy()
    yours[3, 2], yours[35, 20] = 1.0, -9.0
    shown = pair(target, yours)
    for _, numbers, _ in shown.windows():
        assert numbers.shape == (MOST, MOST)
    assert "-9✗" in shown.text()
    assert "rows 31 to 38 of 40; columns 16 to 23 of 30" in shown.text()
    assert "rows 31 to 38 of 40" in shown.html()


def test_not_a_number_is_the_worst_of_all():
    yours = np.zeros((40, 2))
    yours[0, 0], yours[30, 1] = 5.0, np.nan
    shown = Pair("f", np.zeros((40, 2)), yours, yours != 0)
    assert "nan✗" in shown.text()
    assert "nan✗" in shown.html()


def test_nothing_is_collected_while_nobody_watches():
    assert not watched()
    notice("f", TARGET, YOURS, TARGET != YOURS)
    with watching() as outer:
        with watching() as inner:
            notice("f", TARGET, YOURS, TARGET != YOURS)
        assert watched()
    assert (len(outer), len(inner)) == (0, 1)
    assert not watched()


def test_check_shows_the_comparison_that_failed():
    result = step(lambda: (compare(TARGET, TARGET, "f"), compare(YOURS, TARGET, "g")))
    assert result.picture.what == "g: the value"
    assert "2✗" in str(result)
    assert "2✗" in result._repr_html_()


def test_check_shows_no_picture_of_an_earlier_comparison_or_of_one_number():
    def crash():
        compare(TARGET, TARGET, "f")
        raise CheckFailed("something else", "…")

    assert step(crash).picture is None
    assert step(lambda: compare(1.0, 2.0, "f")).picture is None


def test_check_that_passes_shows_the_largest_comparison():
    result = step(lambda: (compare(TARGET, TARGET, "large"), compare(1.0, 1.0, "small")))
    assert result
    assert result.picture.what == "large: the value"
    assert "yours: the same" in result._repr_html_()
    assert "yours" not in str(result)  # in a terminal the tick is enough


@pytest.mark.parametrize(("factor", "wrong"), [(1.0, False), (3.0, True)])
def test_measured_gradients_are_noticed_too(factor, wrong):
    inputs = [np.array([1.0, 2.0]), np.array([3.0, -1.0])]

    def rule(g, x, y):
        return [g * y, factor * g * x]

    with watching() as pairs:
        if wrong:
            with pytest.raises(GradientError, match="gradient for y is off by the same factor"):
                check_rule(rule, np.multiply, inputs, "rule", seeds=(4,))
        else:
            check_rule(rule, np.multiply, inputs, "rule", seeds=(4,))
    last = pairs[-1]
    assert last.what == "rule: the gradient of y"
    assert last.right != wrong
    assert np.allclose(last.yours, factor * last.target)


def test_hidden_tests_make_no_picture(monkeypatch):
    monkeypatch.setattr(Pair, "__init__", lambda *_: pytest.fail("a picture of hidden numbers"))
    with pytest.raises(CheckFailed):
        compare(YOURS, TARGET, "g")
    with pytest.raises(GradientError):
        check_rule(lambda g, x: [2 * g], np.negative, [TARGET], "rule", ("x",))


def test_result_without_picture_is_as_before():
    assert "table" not in CheckResult("t", ["s"])._repr_html_()
