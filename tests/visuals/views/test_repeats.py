"""Repetitions in a sequence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visuals.views.repeats import Run, runs


@pytest.mark.parametrize(
    ("keys", "least", "found"),
    [
        ("", 2, []),
        ("a", 2, []),
        ("aa", 2, [Run(0, 1, 2)]),
        ("aabb", 2, [Run(0, 1, 2), Run(2, 1, 2)]),
        ("abcabcabcx", 3, [Run(0, 3, 3)]),
        ("zaaaaaz", 3, [Run(1, 1, 5)]),
        ("aabaabaabaab", 3, [Run(0, 3, 4)]),  # the longer unit covers more than its own repetition
        ("abab", 3, []),
    ],
)
def test_what_is_repeated(keys: str, least: int, found: list[Run]) -> None:
    assert runs(keys, least) == found


def test_a_first_step_that_differs_is_left_out() -> None:
    steps = ["x", "h", *["matmul", "add", "tanh"] * 50, "sum"]
    assert runs(steps, 6) == [Run(2, 3, 50)]


@given(st.text("abc", max_size=60), st.integers(2, 5))
def test_each_run_is_a_repetition_and_none_overlaps_another(keys: str, least: int) -> None:
    end = 0
    for run in runs(keys, least):
        assert run.start >= end
        assert run.times >= least
        unit = keys[run.start : run.start + run.period]
        assert keys[run.start : run.end] == unit * run.times
        end = run.end
    assert end <= len(keys)


@given(st.text("abc", min_size=1, max_size=5), st.integers(6, 30))
def test_a_repetition_is_found(unit: str, times: int) -> None:
    [run, *_] = runs(unit * times, 6)
    assert (run.start, run.end) == (0, len(unit) * times)
