"""How heavy the line of an edge is, and what else it says of a message."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigrad as mg
from visuals.letters import LARGE, NORMAL
from visuals.lines import head_size, line_of, points_of, with_head
from visuals.strokes import DASHES, DOTS, THICK, THIN, flow, magnitude
from visuals.text import as_trace


def chain(*sizes: float | str) -> Any:
    """A result, and before it edges whose messages have these sizes."""
    nodes = [{"id": f"n{k}", "grad": {"scalar": 1.0}} for k in range(len(sizes) + 1)]
    frames = [
        {"kind": "message", "edge": f"e{k}", "message": {"scalar": size}} for k, size in enumerate(sizes)
    ]
    return as_trace({"nodes": nodes, "edges": [], "frames": frames, "output": "n0"})


def test_width_grows_with_the_logarithm() -> None:
    found = flow(chain(1e-4, 1e-3, 1e-2, 1e-1, 1.0))
    widths = [found.strokes[f"e{k}"].width for k in range(5)]
    assert (found.low, found.high) == (-4, 0)
    assert widths == pytest.approx(np.linspace(THIN, THICK, 5), abs=0.01)
    assert [s.css for s in found.strokes.values()] == [f"mg-flow-{k}" for k in (0, 1, 2, 3, 4)]


@given(st.lists(st.floats(1e-300, 1e300), min_size=1, max_size=6))
def test_larger_messages_are_never_thinner(sizes: list[float]) -> None:
    strokes = flow(chain(*sorted(sizes))).strokes
    visible = [s.width for s in strokes.values() if not s.dash]
    assert visible == sorted(visible)
    assert all(THIN <= width <= THICK for width in visible)


def test_equal_messages_are_neither_thin_nor_thick() -> None:
    assert {s.width for s in flow(chain(1.0, 1.0, 1.0)).strokes.values()} == {(THIN + THICK) / 2}
    assert THIN < flow(chain(4.0, -4.0, 3.0)).strokes["e0"].width < THICK


@pytest.mark.parametrize("small", [0.0, -0.0, 1e-9, 5e-324])
def test_what_has_vanished_is_dotted(small: float) -> None:
    stroke = flow(chain(1.0, small)).strokes["e1"]
    assert stroke.dash == DOTS
    assert stroke.sign == ""


@pytest.mark.parametrize(("value", "sign"), [("nan", "nan"), ("inf", "∞"), ("-inf", "∞")])
def test_what_is_not_finite_is_dashed_and_says_so(value: str, sign: str) -> None:
    stroke = flow(chain(1.0, value)).strokes["e1"]
    assert (stroke.css, stroke.dash, stroke.sign) == ("mg-flow-bad", DASHES, sign)
    assert flow(chain(1.0, value)).strokes["e0"] == flow(chain(1.0)).strokes["e0"]


def test_all_zero_is_a_scale_too() -> None:
    found = flow(chain(0.0, 0.0))
    assert {s.dash for s in found.strokes.values()} == {DOTS}
    assert found.high > found.low


def test_no_line_before_the_backward_pass(graphs: dict[str, Callable]) -> None:
    assert flow(as_trace(graphs["gates"](backward=False))).strokes == {}
    assert set(flow(as_trace(graphs["gates"]())).strokes) == {"e0", "e1", "e2", "e3"}


def test_without_a_run_the_gradient_of_what_is_used_once_is_its_message(graphs: dict[str, Callable]) -> None:
    trace = graphs["sums"]() | {"frames": []}
    strokes = flow(as_trace(trace)).strokes
    assert set(strokes) == {"e3", "e4", "e5", "e6", "e7"} - {"e3"}  # x1 and x2 are used twice
    assert strokes["e4"].magnitude == 1.0


def test_magnitudes_are_root_mean_squares() -> None:
    rng = np.random.default_rng(0)
    x = mg.Parameter(rng.normal(size=(3, 4)))
    loss = np.sum(x * x)
    loss.backward()
    found = flow(mg.trace(loss))
    total = found.strokes["e2"].magnitude
    assert total == 1.0
    assert found.strokes["e0"].magnitude == pytest.approx(float(np.sqrt(np.mean(x.data**2))))


def test_squares_that_overflow_do_not_make_a_finite_message_infinite() -> None:
    assert magnitude({"shape": [2], "norm": "inf", "min": -1e200, "max": 1.0}) == 1e200
    assert math.isinf(magnitude({"shape": [2], "norm": "inf", "min": "-inf", "max": 1.0}) or 0.0)
    assert math.isnan(magnitude({"shape": [2], "norm": "nan", "min": "nan", "max": "nan"}) or 0.0)
    assert magnitude({"shape": [0, 3], "thumbnail": []}) is None


def test_a_vanishing_chain_is_seen_to_vanish() -> None:
    """Sigmoids one after the other: each passes at most a quarter of the gradient on."""
    x = mg.Parameter(0.3)
    y = x
    for _ in range(9):
        y = mg.sigmoid(y)
    y.backward()
    strokes = flow(mg.trace(y)).strokes
    widths = [strokes[f"e{k}"].width for k in range(9)]
    assert widths == sorted(widths)
    assert widths[-1] > 2 * widths[0]


def test_an_arrow_ends_where_the_line_ended_and_the_line_before_its_tip() -> None:
    path = "M0,0 C30,0 70,40 100,40"
    line, head = with_head(path, head_size(THICK))
    assert head.startswith("M85.2,33.71")
    assert points_of(line)[-1][0] < 95
    assert "100.8,40" in head


def test_a_line_as_usual_needs_no_pieces() -> None:
    place = {"path": "M0,0 C1,0 2,0 30,0", "x": 15.0, "y": 0.0}
    assert line_of({"id": "e"}, place, None, NORMAL) == []
    stroke = flow(chain("nan")).strokes["e0"]
    assert len(line_of({"id": "e"}, place, stroke, NORMAL)) == 4  # line, head, badge and its text
    assert len(line_of({"id": "e"}, place, stroke, NORMAL, sign=False)) == 2
    wide, usual = (line_of({"id": "e"}, place, stroke, letters)[0] for letters in (LARGE, NORMAL))
    assert wide.width > usual.width  # type: ignore[union-attr,operator]
