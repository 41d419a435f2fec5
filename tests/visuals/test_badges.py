"""What views add to a box, and the legend that explains it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import pytest

from visuals import raster, svg
from visuals.layout import layout
from visuals.letters import LARGE, NORMAL
from visuals.options import Options
from visuals.parts import MARKS


def drawn(trace: dict[str, Any], **wishes: Any) -> ET.Element:
    options = Options(**wishes)
    return ET.fromstring(svg.render(trace, layout(trace, options), options, interactive=False))


def by_class(root: ET.Element, css: str) -> list[ET.Element]:
    return [element for element in root.iter() if css in element.get("class", "").split()]


def texts(root: ET.Element, css: str) -> list[str | None]:
    return [element.text for element in by_class(root, css)]


def box(root: ET.Element, node_id: str) -> ET.Element:
    return next(g for g in by_class(root, "mg-node") if g.get("data-id") == node_id)


@pytest.fixture
def gates(graphs: dict[str, Callable]) -> dict[str, Any]:
    return graphs["gates"]()


def test_a_repeated_block_has_one_outline_behind_it_and_says_how_often(gates: dict[str, Any]) -> None:
    gates["nodes"][3]["times"] = 12
    node = box(drawn(gates), "n3")
    assert texts(node, "mg-badge-text") == ["×12"]
    assert len(by_class(node, "mg-behind")) == 1
    assert "repeated 12 times" in (node[0].text or "")


def test_a_folded_box_is_a_stack(gates: dict[str, Any]) -> None:
    gates["nodes"][3]["inside"] = 96
    node = box(drawn(gates), "n3")
    assert len(by_class(node, "mg-behind")) == 2
    assert "96 nodes inside" in (node[0].text or "")
    kinds = [element.get("class") for element in node]
    assert kinds.index("mg-behind") < kinds.index("mg-shape")  # behind it


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_a_stack_stays_in_the_picture(gates: dict[str, Any], direction: Any) -> None:
    for node in gates["nodes"]:
        node |= {"inside": 2, "times": 3, "mark": "changed"}
    options = Options(direction=direction)
    place = layout(gates, options)
    for name, n in place.nodes.items():
        for piece in (*place.boxes[name].behind, *place.boxes[name].front):
            if hasattr(piece, "d"):
                for pair in (
                    piece.d.replace("M", "").replace("L", "").replace("C", "").replace("Z", "").split()
                ):
                    x, y = (float(part) for part in pair.split(","))
                    assert 0 <= n["x"] + x <= place.width
                    assert 0 <= n["y"] + y <= place.height


@pytest.mark.parametrize(("mark", "sign"), [("changed", "≠"), ("added", "+"), ("missing", "−")])
def test_a_mark_has_a_colour_a_dash_and_a_sign(gates: dict[str, Any], mark: str, sign: str) -> None:
    gates["nodes"][3] |= {"mark": mark, "note": "was 7"}
    gates["edges"][0]["mark"] = mark
    root = drawn(gates)
    ring = by_class(box(root, "n3"), f"mg-mark-{mark}")[0]
    line = by_class(by_class(root, "mg-edges")[0], f"mg-mark-{mark}")[0]
    for element in (ring, line):
        assert element.get("stroke-dasharray", "") == MARKS[mark]
        assert element.get("stroke", "").startswith("#")
    assert texts(root, "mg-badge-text").count(sign) == 3  # on the box, on the edge, in the legend
    assert texts(root, "mg-note") == ["was 7"]


def test_marks_can_be_told_apart_without_colour() -> None:
    assert len(set(MARKS.values())) == len(MARKS)


def test_an_unknown_mark_is_no_mark(gates: dict[str, Any]) -> None:
    plain = ET.tostring(drawn(gates))
    gates["nodes"][3]["mark"] = gates["edges"][0]["mark"] = None
    assert ET.tostring(drawn(gates)) == plain


@pytest.mark.parametrize(("value", "sign"), [("nan", "nan"), ("inf", "∞"), ("-inf", "∞")])
def test_what_is_not_finite_has_a_badge(gates: dict[str, Any], value: str, sign: str) -> None:
    gates["nodes"][4]["value"] = {"shape": [], "text": value, "scalar": value}
    assert texts(box(drawn(gates), "n4"), "mg-badge-text") == [sign]
    assert texts(box(drawn(gates, values="none"), "n4"), "mg-badge-text") == []


def test_the_stepper_has_no_badge_for_a_value_that_is_not_there_yet(gates: dict[str, Any]) -> None:
    gates["nodes"][4]["value"] = {"shape": [], "text": "nan", "scalar": "nan"}
    root = ET.fromstring(svg.render(gates, layout(gates), values=False))
    assert texts(root, "mg-badge-text") == []


def test_a_long_note_is_cut_and_its_box_has_room_for_it(gates: dict[str, Any]) -> None:
    gates["nodes"][3] |= {"mark": "changed", "note": "a remark that goes on " * 9}
    note = texts(drawn(gates), "mg-note")[0] or ""
    assert note.endswith("…")
    assert layout(gates, Options()).nodes["n3"]["w"] < 300


# The legend ------------------------------------------------------------------------------------------------


def test_the_legend_names_what_there_is_to_explain(graphs: dict[str, Callable]) -> None:
    before, after = drawn(graphs["gates"](backward=False)), drawn(graphs["gates"]())
    assert by_class(before, "mg-legend") == []
    assert texts(after, "mg-legend-text") == ["gradient along an edge:", "1", "10", "100"]
    labels = texts(drawn(graphs["mlp"]()), "mg-legend-text")
    assert "heat map:" in labels
    assert "not computed" in labels


@pytest.mark.parametrize("theme", ["light", "high-contrast"])
def test_the_legend_is_inside_the_picture(graphs: dict[str, Callable], theme: str) -> None:
    trace = graphs["mlp"]()
    trace["nodes"][2]["mark"] = "added"
    place = layout(trace, Options(theme=theme, direction="TB"))
    without = layout(trace, Options(theme=theme, direction="TB", grads=False))
    lowest = max(n["y"] + n["h"] / 2 for n in place.nodes.values())
    rows = {piece.y for piece in place.legend if hasattr(piece, "text")}
    assert place.legend
    assert all(lowest < y < place.height for y in rows)
    assert len(without.legend) < len(place.legend)


def test_letters_are_larger_for_projectors(graphs: dict[str, Callable]) -> None:
    trace = graphs["mlp"]()
    assert min(LARGE.of.values()) >= max(15.0, *(0.0 for _ in NORMAL.of))
    assert all(LARGE.of[css] > size for css, size in NORMAL.of.items())
    near, far = (layout(trace, Options(theme=theme)) for theme in ("light", "high-contrast"))
    assert far.width > near.width
    widths = {line.get("stroke-width") for line in by_class(drawn(trace, theme="high-contrast"), "mg-line")}
    assert all(float(width or 0) > 2 for width in widths)


def test_all_of_it_is_in_png_and_pdf_too(gates: dict[str, Any]) -> None:
    for k, mark in enumerate(MARKS):
        gates["nodes"][k] |= {"mark": mark, "note": mark, "times": 3, "inside": 4}
        gates["edges"][k]["mark"] = mark
    for theme in ("light", "dark", "high-contrast"):
        options = Options(theme=theme, messages=True)
        for form in ("png", "pdf"):
            assert len(raster.picture(gates, layout(gates, options), options, form=form)) > 2000
