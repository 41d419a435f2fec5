"""Sliding windows: the steps are those of the engine's convolutions and pooling, and frames show them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import minigrad as mg
from visuals.plots import caption, convolution_movie, pooling_movie, slides
from visuals.plots.sliding import arithmetic

F = mg.nn.functional
VALUES = st.integers(-9, 9).map(float)


@given(arrays(float, (6, 7), elements=VALUES), arrays(float, (2, 3), elements=VALUES), st.integers(1, 3),
       st.integers(0, 2), st.integers(1, 2))  # fmt: skip
def test_a_convolution_is_that_of_the_engine(
    x: Any, kernel: Any, stride: int, padding: int, dilation: int
) -> None:
    found = slides(x, kernel, stride=stride, padding=padding, dilation=dilation)
    expected = F.conv2d(x, kernel, None, stride, padding, dilation)
    np.testing.assert_allclose(found.result, expected)
    np.testing.assert_allclose([s.value for s in found.steps], expected.ravel())


@given(arrays(float, 9, elements=VALUES), st.integers(1, 4), st.integers(1, 3))
def test_pooling_is_that_of_the_engine(x: Any, size: int, stride: int) -> None:
    padding = size // 2
    largest = slides(x, size=size, how="max", stride=stride, padding=padding)
    np.testing.assert_allclose(largest.result, F.max_pool1d(x, size, stride, padding))
    mean = slides(x, size=size, how="mean", stride=stride, padding=padding)
    np.testing.assert_allclose(mean.result, F.avg_pool1d(x, size, stride, padding))
    np.testing.assert_allclose(slides(x, size=size, how="max").result, F.max_pool1d(x, size))


def test_the_lectures_examples() -> None:
    assert slides([1, 2, 3, 4], [3, 2]).result.tolist() == [7, 12, 17]
    ramp = [0, 0, 0, 0, 1, 2, 3, 4, 4, 4, 4]
    assert slides(ramp, [-1, 1]).result.tolist() == [0, 0, 0, 1, 1, 1, 1, 0, 0, 0]


@pytest.mark.parametrize(
    ("entries", "weights", "how", "text"),
    [
        ([1, 2], [3, 2], "sum", "1·3 + 2·2 = 7"),
        ([1, -2], [-3, 0.5], "sum", "1·(−3) + (−2)·0.5 = −4"),
        ([1, 5], [], "max", "max(1, 5) = 5"),
        ([-np.inf, 5], [], "max", "max(5) = 5"),
        ([1, -2], [], "mean", "(1 + (−2)) / 2 = −0.5"),
        ([1] * 10, [1] * 10, "sum", "sum of 10 products = 10"),
        ([1] * 10, [], "mean", "mean of 10 entries = 1"),
    ],
)
def test_arithmetic_is_written_out(entries: list, weights: list, how: str, text: str) -> None:
    a, w = np.array(entries, float), np.array(weights, float)
    value = {"sum": lambda: a @ w, "max": a.max, "mean": a.mean}[how]()
    assert arithmetic(a, w, how, float(value)) == text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "Give a kernel for a convolution, or the size of a window"),
        ({"kernel": [1.0], "size": 2}, "Give a kernel for a convolution, or the size of a window"),
        ({"size": 2}, 'how=\'sum\': `how` is "max" or "mean"'),
        ({"kernel": [1.0], "how": "max"}, "how='max': a convolution sums"),
        ({"kernel": [[1.0]]}, r"kernel should have shape \(l\); it has shape \(1, 1\)"),
        ({"kernel": [1.0] * 5}, "a window of 5 does not fit into 4 entries"),
        ({"size": 2, "how": "max", "stride": 0}, "stride=0 must be at least 1"),
    ],
)
def test_windows_that_are_none(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        slides([1, 2, 3, 4], **options)


def test_inputs_that_nobody_could_read_are_refused() -> None:
    with pytest.raises(ValueError, match=r"x has shape \(13,\); more than 12 cells .* Cut it: x\[:8\]"):
        slides(np.ones(13), [1.0])
    with pytest.raises(ValueError, match=r"x should have shape \(L,\) or \(H, W\)"):
        slides(np.ones((2, 2, 2)), [1.0])


def numbers_in(figure: Any) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def test_frames_show_the_window_and_what_is_done() -> None:
    movie = convolution_movie([1, 2, 3, 4], [3, 2])
    first = movie.draw(0)
    assert numbers_in(first) == ["1", "2", "3", "4", "input", "3", "2", "kernel", "7", "result"]
    assert [p.get_linewidth() > 2 for p in first.axes[0].patches] == [True, True, False, False] + [
        False
    ] * 2 + [True, False, False]
    last = movie.draw(-1)
    assert numbers_in(last)[-4:] == ["7", "12", "17", "result"]
    assert last.axes[0].get_title() == "3·3 + 4·2 = 17"
    assert movie.draw(1).axes[0].patches[4].get_x() == 1  # the kernel moves along


def test_padding_is_paper_and_the_image_is_not() -> None:
    ax = pooling_movie([[1.0, 2.0], [3.0, 4.0]], 2, stride=2, padding=1).draw(0).axes[0]
    colours = [p.get_facecolor() for p in ax.patches[:16]]
    inside = [5, 6, 9, 10]
    assert len({colours[k] for k in (3, 12, 15)}) == 1
    assert colours[6] != colours[3]
    assert colours[5] != colours[6]  # in the window
    assert [ax.texts[k].get_text() for k in inside] == ["1", "2", "3", "4"]
    assert ax.texts[0].get_text() == ""  # the padding of max-pooling is no number


def test_captions_tell_the_result() -> None:
    assert caption(pooling_movie([[1, 5], [4, 4]], 2, how="mean")) == (
        "Mean-pooling of 2 × 2 entries in windows of 2 × 2: the result is 3.5."
    )
    assert "the result is 5 × 5 entries" in caption(convolution_movie(np.ones((6, 6)), np.ones((2, 2))))


def test_a_long_sum_is_broken_into_lines() -> None:
    movie = convolution_movie(np.full((3, 3), -1.25), np.full((3, 3), -0.25))
    title = movie.draw(0).axes[0].get_title()
    assert title.count("·") == 9
    assert "\n" in title
