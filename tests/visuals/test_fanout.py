"""A gradient that is a sum is written as that sum, and only then."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import minigrad as mg
import visuals
from tests.visuals.views.builders import recurrent
from visuals import svg
from visuals.fanout import contributions, sum_text
from visuals.layout import layout
from visuals.options import Options


def drawn(loss: Any, **wishes: Any) -> str:
    run, options = mg.trace(loss), Options(**wishes)
    return svg.render(run, layout(run, options), options, interactive=False)


def fan() -> tuple[mg.Parameter, mg.Tensor]:
    x = mg.Parameter(3.0, name="x")
    return x, x * x - 5.0 * x


def test_numbers_are_written_as_a_sum() -> None:
    x, f = fan()
    f.backward()
    terms = [float(part["scalar"]) for part in contributions(mg.trace(f))["n0"]]
    assert sum(terms) == x.grad.item() == 1.0
    assert sorted(terms) == [-5.0, 3.0, 3.0]
    assert f">{sum_text(terms)}<" in drawn(f)


def test_two_backward_passes_are_not_told_to_be_one() -> None:
    _, f = fan()
    f.backward()
    f.backward()
    assert contributions(mg.trace(f)) == {}
    assert "= " not in drawn(f).split("</style>")[1]


def test_no_sum_before_the_backward_pass_nor_without_gradients() -> None:
    _, f = fan()
    assert contributions(mg.trace(f)) == {}
    f.backward()
    assert 'class="mg-sum"' in drawn(f)
    assert 'class="mg-sum"' not in drawn(f, grads=False)


def test_arrays_have_a_bar_of_pieces_as_long_as_their_magnitudes_compare() -> None:
    x = mg.Parameter(np.array([1.0, -2.0, 2.0]), name="x")
    loss = np.sum(x * x + 4.0 * x)
    loss.backward()
    source = drawn(loss)
    assert ">sum of 3 messages<" in source
    assert source.count('class="mg-bar"') == 3
    assert len(contributions(mg.trace(loss))["n0"]) == 3


def test_messages_of_0_have_no_bar() -> None:
    x = mg.Parameter(np.zeros(3), name="x")
    loss = np.sum(x * x)
    loss.backward()
    assert 'class="mg-bar"' not in drawn(loss)
    assert ">sum of 2 messages<" in drawn(loss)


@pytest.mark.parametrize(
    ("terms", "text"),
    [
        ([3.0, -5.0], "= 3 − 5"),
        ([-0.5, 0.25, 1e-9], "= −0.5 + 0.25 + 1e−9"),
        ([1.0] * 5, "= sum of 5 messages"),
    ],
)
def test_a_sum_is_written_as_by_hand(terms: list[float], text: str) -> None:
    assert sum_text(terms) == text


def test_what_is_not_finite_is_no_sum() -> None:
    x = mg.Parameter(float("inf"), name="x")
    f = x * x + x
    f.backward()
    assert "sum" not in drawn(f).split("</style>")[1]


def test_a_folded_box_sends_many_messages_and_all_are_counted() -> None:
    loss = recurrent(100)
    folded = visuals.draw(loss)
    assert len(folded.trace.nodes) < 20
    assert folded.svg.count(">sum of 100 messages<") == 3  # both weights and the bias are used in each step
    assert ">sum of 100 messages<" in visuals.draw(loss, depth=9).svg
