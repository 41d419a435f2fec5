"""Splits: every row in one part, the parts as large as asked, the classes evenly spread."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigrad as mg
from minigrad.data import ArrayDataset, random_split, split
from minigrad.data.splits import lengths


@given(st.integers(3, 60), st.integers(0, 9), st.booleans(), st.data())
def test_every_row_is_in_exactly_one_part(n, seed, stratify, data):
    a = data.draw(st.integers(1, n - 2))
    b = data.draw(st.integers(1, n - a - 1))
    classes = np.arange(n) % 3 if stratify else None
    parts = random_split(ArrayDataset(np.arange(n)), [a, b, n - a - b], seed, classes)
    assert [len(part) for part in parts] == [a, b, n - a - b]
    rows = np.concatenate([part[:][0] for part in parts])
    assert sorted(rows.tolist()) == list(range(n))


@given(st.lists(st.integers(1, 40), min_size=2, max_size=5), st.integers(2, 4), st.integers(0, 9))
def test_stratified_parts_have_each_class_in_its_share_to_within_about_a_row(counts, parts, seed):
    classes = np.repeat(np.arange(len(counts)), counts)
    if len(classes) < parts:
        return
    chosen = random_split(ArrayDataset(classes), [1 / parts] * parts, seed, stratify=classes)
    for part in chosen:
        have = np.bincount(part[:][0], minlength=len(counts))
        assert np.all(np.abs(have - np.array(counts) * len(part) / len(classes)) < 2)


def test_a_stratified_split_keeps_what_chance_would_not():
    y = np.array([1] * 4 + [0] * 36)
    assert {int(split(y, y, 0.25, seed, stratified=True).y_test.sum()) for seed in range(20)} == {1}
    assert {int(split(y, y, 0.25, seed).y_test.sum()) for seed in range(20)} > {0, 1, 2}


def test_a_class_of_one_row_may_land_in_any_part():
    y = np.array([1] + [0] * 9)
    assert {int(split(y, y, 0.4, seed, stratified=True).y_test.sum()) for seed in range(30)} == {0, 1}


def test_split_keeps_rows_together_and_is_decided_by_the_seed():
    x, y = np.arange(20)[:, None] * np.ones(3), np.arange(20)
    parts = split(x, y, test=0.3, rng=4)
    assert isinstance(parts, mg.data.Split)
    assert (len(parts.x_train), len(parts.x_test)) == (14, 6)
    assert (parts.x_train[:, 0] == parts.y_train).all()
    assert (parts.x_test[:, 0] == parts.y_test).all()
    np.testing.assert_array_equal(parts.x_test, split(x, y, test=0.3, rng=4).x_test)
    assert not np.array_equal(parts.y_test, split(x, y, test=0.3, rng=5).y_test)


@given(st.integers(2, 2000), st.lists(st.integers(1, 20), min_size=1, max_size=5))
def test_fractions_give_whole_numbers_next_to_them(n, weights):
    fractions = np.array(weights) / sum(weights)
    if (fractions * n).min() < 1:
        return
    counts = lengths(fractions.tolist(), n)
    assert sum(counts) == n
    assert np.all(np.abs(np.array(counts) - fractions * n) < 1)


@pytest.mark.parametrize(
    ("parts", "match"),
    [
        ([5, 4], r"The parts \[5, 4\] add up to 9, but the dataset has 10 rows"),
        ([0.5, 0.4], r"Fractions must add up to 1; \[0\.5, 0\.4\] add up to 0\.9"),
        ([0.99, 0.01], r"at least one row; .* of 10 rows gives \[10, 0\]"),
        ([11, -1], r"at least one row"),
        ([], "add up to 0"),
    ],
)
def test_parts_that_do_not_add_up(parts, match):
    with pytest.raises(ValueError, match=match):
        random_split(ArrayDataset(np.arange(10)), parts)


def test_splits_that_make_no_sense():
    with pytest.raises(ValueError, match=r"same number of rows; their shapes are \(3,\) and \(2,\)"):
        split([1, 2, 3], [1, 2])
    with pytest.raises(ValueError, match=r"between 0 and 1; it was 1\.5"):
        split([1, 2], [1, 2], test=1.5)
    with pytest.raises(ValueError, match=r"0\.1 of 3 rows leaves one part empty"):
        split([1, 2, 3], [1, 2, 3], test=0.1)
    with pytest.raises(ValueError, match=r"one class per row, shape \(4,\); got \(3,\)"):
        random_split(ArrayDataset(np.arange(4)), [2, 2], stratify=[0, 1, 1])
