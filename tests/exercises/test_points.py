"""What changes a score after the tests have run: a rubric, and coming late."""

import datetime as dt

import pytest

from exercises.grading.late import Deadline
from exercises.grading.results import Outcome
from exercises.grading.rubric import Rubric
from minigrad.errors import UsageError

DUE = "2026-11-20T12:00+00:00"


def after(**time):
    return dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC) + dt.timedelta(**time)


@pytest.mark.parametrize(
    ("percent", "free", "when", "lost"),
    [
        (10, 0, after(), 0),
        (10, 0, after(days=-3), 0),
        (10, 0, after(seconds=1), 0.1),
        (10, 0, after(days=1), 0.1),
        (10, 0, after(days=1, seconds=1), 0.2),
        (10, 2, after(days=2), 0),
        (10, 2, after(days=3), 0.1),
        (30, 0, after(days=9), 1.0),
        (10, 0, None, 0),
    ],
)
def test_every_day_begun_costs_its_percentage(percent, free, when, lost):
    share, why = Deadline.parse(DUE, percent, free).penalty(when)
    assert share == pytest.approx(lost)
    if lost:
        assert f"{100 * lost:g} % of the points" in why


def test_sentences_about_lateness():
    assert Deadline.parse(DUE, 10, 1).penalty(after(hours=1)) == (
        0.0,
        "It came 1 day late; this costs nothing.",
    )
    assert Deadline.parse(DUE, 10, 2).penalty(after(days=3))[1] == (
        "It came 3 days late; after 2 free days this costs 10 % of the points."
    )
    assert Deadline.parse(DUE).penalty(after()) == (0.0, "")


def test_times_of_other_zones_are_compared_as_moments():
    deadline = Deadline.parse("2026-11-20T12:00+01:00")
    assert deadline.penalty(dt.datetime(2026, 11, 20, 11, tzinfo=dt.UTC))[0] == 0
    assert deadline.penalty(dt.datetime(2026, 11, 20, 11, 1, tzinfo=dt.UTC))[0] == 0.1


def test_date_alone_lasts_until_midnight_here():
    due = Deadline.parse("2026-11-20").due
    assert (due.hour, due.minute, due.second) == (23, 59, 59)
    assert due.tzinfo is not None


OUTCOMES = (Outcome("test_add", "Add", 3, True), Outcome("test_max[1]", "Max (1)", 1, False))


def read(tmp_path, text):
    (tmp_path / "rubric.toml").write_text(text)
    return Rubric.read(tmp_path / "rubric.toml")


def test_rubric_changes_the_points_of_the_tests_it_names(tmp_path):
    rubric = read(tmp_path, "[gates]\ntest_max = 2.5\ntest_add = 0\n")
    assert [(o.points, o.score) for o in rubric.apply("02_gates", OUTCOMES)] == [(0, 0), (2.5, 0)]
    assert rubric.apply("03_other", OUTCOMES) == OUTCOMES
    assert Rubric().apply("02_gates", OUTCOMES) == OUTCOMES


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[gates", "is no TOML file"),
        ("test_add = 3", "test_add stands outside an exercise; begin with a line like"),
        ("[gatez]\ntest_add = 3", "there is no exercise 'gatez'; did you mean 02_gates"),
        ("[gates]\ntest_add = 'many'", "test_add must be a number of points, 0 or more, not 'many'"),
        ("[gates]\ntest_add = -1", "test_add must be a number of points, 0 or more, not -1"),
        ("[gates]\ntest_add = nan", "test_add must be a number of points"),
        ("[gates]\ntest_add = true", "test_add must be a number of points"),
    ],
)
def test_rubric_that_cannot_be_right_is_refused(tmp_path, text, message):
    with pytest.raises(UsageError, match=message):
        read(tmp_path, text)


def test_misspelt_test_is_named_with_a_near_match(tmp_path):
    rubric = read(tmp_path, "[gates]\ntest_ad = 3")
    with pytest.raises(UsageError, match=r"02_gates has no test test_ad; did you mean test_add\?"):
        rubric.apply("02_gates", OUTCOMES)
    with pytest.raises(UsageError, match=r"has no test zebra; there are test_add, test_max"):
        read(tmp_path, "[gates]\nzebra = 3").apply("02_gates", OUTCOMES)
