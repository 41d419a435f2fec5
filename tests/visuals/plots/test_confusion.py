"""The confusion matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigrad as mg
from visuals.plots import caption, confusion_counts, confusion_matrix

PAIRS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=50)


@given(PAIRS)
def test_counts(pairs: list) -> None:
    true, predicted = np.array(pairs).T
    counts = confusion_counts(true, predicted, 5)
    for i in range(5):
        for j in range(5):
            assert counts[i, j] == pairs.count((i, j))


def test_cells_have_their_numbers_and_errors_a_sample() -> None:
    images = np.arange(5 * 4.0).reshape(5, 2, 2)
    true, predicted = np.array([0, 1, 1, 2, 2]), np.array([0, 2, 2, 2, 0])
    ax = confusion_matrix(true, predicted, images=images)
    texts = {(round(t.get_position()[0]), round(t.get_position()[1])): t.get_text() for t in ax.texts}
    assert texts == {(0, 0): "1", (2, 1): "2", (0, 2): "1", (2, 2): "1"}
    samples = [np.asarray(image.get_array()) for image in ax.images[1:]]
    np.testing.assert_array_equal(samples, images[[1, 4]])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted class", "true class")
    assert caption(ax).endswith("40 % are right. Most often, 1 was taken for 2 (2 times).")


def test_images_come_in_several_shapes() -> None:
    flat = np.arange(2 * 9.0).reshape(2, 9)
    for images in (flat, flat.reshape(2, 3, 3), mg.tensor(flat.reshape(2, 1, 3, 3))):
        ax = confusion_matrix([0, 1], [1, 1], images=images)
        np.testing.assert_array_equal(ax.images[1].get_array(), flat[0].reshape(3, 3))


def test_all_right() -> None:
    assert caption(confusion_matrix([0, 1], [0, 1])).endswith("100 % are right.")


def test_classes_have_names_also_those_that_never_occur() -> None:
    ax = confusion_matrix(mg.tensor([0, 1]), [1, 1], classes=["cat", "dog", "bird"])
    assert [t.get_text() for t in ax.get_yticklabels()] == ["cat", "dog", "bird"]
    assert "cat was taken for dog (1 time)" in caption(ax)


@pytest.mark.parametrize(
    ("true", "predicted", "options", "message"),
    [
        ([], [], {}, r"true should have shape \(n,\)"),
        ([0.5], [1], {}, r"true holds classes, integers .* np\.argmax\(scores, axis=1\)"),
        ([0, 1], [1], {}, "different lengths: true 2, predicted 1"),
        ([0, -1], [1, 1], {}, "true holds -1; classes are integers from 0 on"),
        ([0, 2], [1, 1], {"classes": ["a", "b"]}, "Class 2 occurs, but there are only 2 classes"),
        ([0, 20], [1, 1], {}, "21 classes do not fit on one page; at most 20"),
        (
            [0, 1],
            [1, 1],
            {"images": np.ones((3, 2, 2))},
            r"images should be \(2, H, W\), .* shape \(3, 2, 2\)",
        ),
        ([0, 1], [1, 1], {"images": np.ones((2, 5))}, r"images should be \(2, H, W\), .* shape \(2, 5\)"),
        (
            [0, 1],
            [1, 1],
            {"images": np.ones((2, 3, 4, 4))},
            r"of one channel; they have shape \(2, 3, 4, 4\)",
        ),
    ],
)
def test_what_cannot_be_counted(true: Any, predicted: Any, options: dict, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        confusion_matrix(true, predicted, **options)
