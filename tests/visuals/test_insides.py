"""What a box shows of a value: as much as `values` and `heat` ask for."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minigrad as mg
from visuals import svg
from visuals.layout import layout
from visuals.letters import NORMAL
from visuals.options import Options
from visuals.patterns import PATTERNS, hover, pattern_of
from visuals.text import width


def drawn(trace: Any, **wishes: Any) -> ET.Element:
    options = Options(**wishes)
    return ET.fromstring(svg.render(trace, layout(trace, options), options, interactive=False))


def by_class(root: ET.Element, css: str) -> list[ET.Element]:
    return [element for element in root.iter() if css in element.get("class", "").split()]


def texts(root: ET.Element, css: str) -> list[str]:
    return [element.text or "" for element in by_class(root, css)]


def product() -> Any:
    w = mg.Parameter(np.array([[1.0, -2.0], [0.5, 4.0]]), name="W")
    loss = np.sum(w * 3.0)
    loss.backward()
    return mg.trace(loss)


@pytest.mark.parametrize(
    ("heat", "maps"),
    [
        ("auto", {"mg-heat-value", "mg-heat-grad"}),
        ("value", {"mg-heat-value"}),
        ("grad", {"mg-heat-grad"}),
        ("off", set()),
    ],
)
def test_heat_says_which_maps_there_are(graphs: dict[str, Callable], heat: Any, maps: set[str]) -> None:
    root = drawn(graphs["mlp"](), heat=heat)
    found = {css for g in by_class(root, "mg-heat") for css in g.get("class", "").split()} - {"mg-heat"}
    assert found == maps
    assert "mean 0.1" in texts(root, "mg-grad")  # the numbers are there with and without maps
    assert "−0.1 … 0.3" in texts(root, "mg-grad-range")


def test_values_can_be_left_out() -> None:
    root = drawn(product(), values="none")
    assert not by_class(root, "mg-value")
    assert not by_class(root, "mg-heat-value")
    assert by_class(root, "mg-heat-grad")
    bare = drawn(product(), values="none", grads=False)
    assert not by_class(bare, "mg-heat")
    assert texts(bare, "mg-op") == ["× 3", "Σ"]


def test_a_box_that_shows_nothing_but_its_symbol_is_small(graphs: dict[str, Callable]) -> None:
    trace = graphs["sums"]()
    bare = layout(trace, Options(values="none", grads=False)).nodes["n6"]  # it has a name
    symbol = layout(trace, Options(values="none", grads=False)).nodes["n2"]
    assert symbol["w"] < bare["w"] < layout(trace, Options()).nodes["n6"]["w"]


def test_every_entry_of_a_small_array_can_be_written() -> None:
    root = drawn(product(), values="full")
    assert texts(root, "mg-cell") == [
        "1",
        "−2",
        "0.5",
        "4",
        "3",
        "3",
        "3",
        "3",
        "3",
        "−6",
        "1.5",
        "12",
        *"1111",
    ]
    strong = max(float(c.get("fill-opacity", 0)) for c in root.iter() if "fill-opacity" in c.attrib)
    assert strong <= 0.4  # behind numbers, colours are pale


def test_numbers_stand_in_their_cells() -> None:
    trace, options = product(), Options(values="full")
    box = layout(trace, options).boxes["n0"]
    cells = [line for line in box.front if getattr(line, "css", "") == "mg-cell"]
    for heat, lines in zip(box.heats, (cells[:4], cells[4:]), strict=True):
        for k, line in enumerate(lines):
            row, col = divmod(k, heat.cols)
            left, top = heat.x + col * heat.cell_w, heat.y + row * heat.cell_h
            half = width(line.text, line.size) / 2
            assert left <= line.x - half <= line.x + half <= left + heat.cell_w
            assert top < line.y < top + heat.cell_h


def test_a_large_array_keeps_its_map() -> None:
    run = mg.trace(mg.tensor(np.ones((9, 9)), name="x"))
    assert not by_class(drawn(run, values="full"), "mg-cell")
    assert by_class(drawn(run, values="full"), "mg-heat-value")


def test_a_gradient_that_is_not_known_has_no_empty_map() -> None:
    root = drawn(mg.trace(mg.tensor([1.0, 2.0], name="x")))
    assert texts(root, "mg-grad") == ["grad —"]
    assert not by_class(root, "mg-heat-grad")


def test_a_mean_that_is_nothing_but_rounding_is_about_0() -> None:
    x = mg.tensor(np.array([0.1, 0.2, -0.3]) * 1.0, name="x")
    assert 0 < abs(x.data.mean()) < 1e-14
    assert texts(drawn(mg.trace(x)), "mg-value") == ["mean ≈ 0"]
    true = mg.tensor([1e-9, 1e-9], name="x")
    assert texts(drawn(mg.trace(true)), "mg-value") == ["mean 1e−9"]


@pytest.mark.parametrize("theme", ["light", "high-contrast"])
@pytest.mark.parametrize("values", ["auto", "full", "none"])
@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_every_text_fits_into_its_box(small: dict[str, Any], theme: str, values: Any, direction: Any) -> None:
    options = Options(theme=theme, values=values, direction=direction)
    place = layout(small, options)
    root = ET.fromstring(svg.render(small, place, options, interactive=False))
    for group in by_class(root, "mg-node"):
        box = place.nodes[group.get("data-id", "")]
        for line in group.iter("{http://www.w3.org/2000/svg}text"):
            size = float(line.get("font-size", 0))
            assert size >= (15 if theme == "high-contrast" else 10)
            w = width(line.text or "", size, line.get("class") in ("mg-name", "mg-op"))
            x = float(line.get("x", 0)) + (w / 2 if line.get("text-anchor") == "start" else 0)
            assert abs(x) + w / 2 <= box["w"] / 2 + 0.1, line.text
            assert abs(float(line.get("y", 0))) < box["h"] / 2


def test_the_usual_sizes_are_the_steppers() -> None:
    assert (NORMAL.of["mg-name"], NORMAL.of["mg-value"], NORMAL.ledger, NORMAL.line) == (
        15.0,
        13.0,
        12.5,
        18.0,
    )


# Patterns --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fun", "pattern", "said"),
    [
        (lambda x, y: x + y, "distributor", "+ hands its gradient on unchanged: a distributor"),
        (lambda x, y: x - y, "distributor", "with the sign turned for what is subtracted: a distributor"),
        (lambda x, y: x * y, "switcher", "× multiplies its gradient by the other input: a switcher"),
        (lambda x, y: np.maximum(x, y), "router", "max sends its gradient to the input that won: a router"),
        (lambda x, y: np.sum(x), "distributor", "Σ adds up, so its gradient is copied to every entry"),
        (lambda x, y: np.broadcast_to(x, (4, 2)), "copy", "the gradients of all its copies are added up"),
        (lambda x, y: mg.relu(x), "router", "lets the gradient through where its input was positive"),
        (lambda x, y: np.exp(x), "", "exp; 2 numbers, float64"),
    ],
)
def test_each_function_says_what_it_does_to_a_gradient(fun: Callable, pattern: str, said: str) -> None:
    x, y = mg.Parameter(np.array([1.0, 2.0]), name="x"), mg.Parameter(np.array([3.0, 0.5]), name="y")
    run = mg.trace(fun(x, y))
    node = run.nodes[-1]
    assert pattern_of(node) == pattern
    assert said in hover(node)
    label = by_class(drawn(run), "mg-node")[-1].get("aria-label", "")
    assert label.endswith(f", {pattern}" if pattern else "not computed")


def test_every_pattern_of_the_engine_has_words() -> None:
    from minigrad.symbols import PATTERNS as OF

    assert set(OF.values()) <= set(PATTERNS)


def test_a_strange_pattern_is_only_text() -> None:
    node = {
        "name": "",
        "op": "f",
        "symbol": "f",
        "kind": "function",
        "detail": "",
        "shape": [],
        "dtype": "float64",
    }
    assert hover(node | {"pattern": "<b>"}) == "f; f <b>; one number, float64"
    assert not re.search("<b>", svg.escape(hover(node | {"pattern": "<b>"})))
