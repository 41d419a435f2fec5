"""The structure of the SVG; never its pixels."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import pytest

from visuals import svg
from visuals.heat import cells
from visuals.layout import layout
from visuals.letters import NORMAL
from visuals.text import width

NS = "{http://www.w3.org/2000/svg}"


def draw(trace: dict[str, Any], **options: Any) -> ET.Element:
    return ET.fromstring(svg.render(trace, layout(trace), **options))


def by_class(root: ET.Element, css: str) -> list[ET.Element]:
    return [element for element in root.iter() if css in element.get("class", "").split()]


def node(root: ET.Element, name: str) -> ET.Element:
    return next(g for g in by_class(root, "mg-node") if g.get("aria-label", "").startswith(name))


def text(element: ET.Element, css: str) -> str:
    return by_class(element, css)[0].text or ""


def test_root_scales_and_says_what_it_is(graphs: dict[str, Callable]) -> None:
    root = draw(graphs["gates"]())
    assert root.get("aria-label") == "Computation graph of f: 5 nodes, 4 edges"
    assert root.get("role") == "group"
    assert root.get("width") is None
    assert root.get("height") is None
    assert len(root.get("viewBox", "").split()) == 4
    assert "max-width" in root.get("style", "")


def test_every_node_and_edge_is_there_once(small: dict[str, Any]) -> None:
    root = draw(small)
    assert [g.get("data-id") for g in by_class(root, "mg-node")] == [n["id"] for n in small["nodes"]]
    edges = [
        (g.get("data-id"), g.get("data-source"), g.get("data-target")) for g in by_class(root, "mg-edge")
    ]
    assert edges == [(e["id"], e["source"], e["target"]) for e in small["edges"]]
    for edge in by_class(root, "mg-edge"):
        assert [len(by_class(edge, css)) for css in ("mg-line", "mg-ledger", "mg-ledger-text")] == [1, 1, 1]


def test_kinds_differ_in_colour_and_in_shape(graphs: dict[str, Callable]) -> None:
    root = draw(graphs["mlp"]())
    shapes = {}
    for kind, count in (("data", 2), ("parameter", 4), ("function", 6)):
        found = by_class(root, f"mg-kind-{kind}")
        assert len(found) == count
        shape = by_class(found[0], "mg-shape")[0]
        shapes[kind] = (shape.tag, shape.get("rx"), shape.get("fill"))
    tags, corners, colours = zip(*shapes.values(), strict=True)
    assert len(set(zip(tags, corners, strict=True))) == 3
    assert len(set(colours)) == 3


def test_values_and_gradients_are_told_in_text_and_label(graphs: dict[str, Callable]) -> None:
    x = node(draw(graphs["gates"]()), "x")
    assert (text(x, "mg-name"), text(x, "mg-value"), text(x, "mg-grad")) == ("x", "value −2", "grad −4")
    assert x.get("aria-label") == "x, parameter: value -2, gradient -4"
    f = node(draw(graphs["gates"]()), "f, multiply")
    assert (text(f, "mg-op"), text(f, "mg-grad")) == ("×", "grad 1")


def test_a_gradient_that_was_not_computed_is_a_dash(graphs: dict[str, Callable]) -> None:
    root = draw(graphs["gates"](backward=False))
    assert {text(g, "mg-grad") for g in by_class(root, "mg-node")} == {"grad —"}
    assert all("gradient not computed" in g.get("aria-label", "") for g in by_class(root, "mg-node"))


def test_a_gradient_of_zero_is_zero(builder: Any) -> None:
    b = builder()
    b.node("x", 1.0, 0.0)
    assert text(draw(b.trace()), "mg-grad") == "grad 0"


def test_which_gradients_are_shown(graphs: dict[str, Callable]) -> None:
    trace = graphs["gates"](backward=False)
    seed = {"nodes": {"n4": {"grad": {"shape": [], "text": "1", "scalar": 1.0}}}}
    trace["frames"].append({"kind": "seed", "active": ["n4"], "set": seed, "sentence": "."})
    shown = {
        which: text(node(draw(trace, grads=which), "f"), "mg-grad") for which in ("known", "final", "none")
    }
    assert shown == {"known": "grad —", "final": "grad 1", "none": "grad —"}


def test_unknown_options_are_refused(graphs: dict[str, Callable]) -> None:
    with pytest.raises(ValueError, match='grads is "known", "final" or "none", not \'all\''):
        draw(graphs["gates"](), grads="all")
    with pytest.raises(ValueError, match=r"theme is \"auto\".* not 'sepia'"):
        draw(graphs["gates"](), theme="sepia")


def test_before_the_first_step_no_value_is_shown(graphs: dict[str, Callable]) -> None:
    root = draw(graphs["mlp"](), values=False, grads="none")
    assert {text(g, "mg-value") for g in by_class(root, "mg-node")} == {""}
    cells = [cell for heat in by_class(root, "mg-heat") for cell in list(heat)[1:]]
    assert {cell.get("fill-opacity") for cell in cells} == {"0"}


def test_messages_are_written_only_when_asked_for(graphs: dict[str, Callable]) -> None:
    without, written = draw(graphs["gates"]()), draw(graphs["gates"](), messages=True)
    assert {g.get("display") for g in by_class(without, "mg-ledger")} == {"none"}
    assert {t.text for t in by_class(without, "mg-ledger-text")} == {None}
    ledgers = [t.text for t in by_class(written, "mg-ledger-text")]
    assert ledgers == ["−4 × 1 = −4", "−4 × 1 = −4", "1 × −4 = −4", "1 × 3 = 3"]


def test_heat_maps_of_value_and_gradient_have_one_geometry(graphs: dict[str, Callable]) -> None:
    w1 = node(draw(graphs["mlp"]()), "W1")
    value, grad = by_class(w1, "mg-heat")
    assert [len(value), len(grad)] == [257, 257]  # a frame, and 16 × 16 cells
    for a, b in zip(value, grad, strict=True):
        assert [a.get(k) for k in ("x", "y", "width", "height")] == [
            b.get(k) for k in ("x", "y", "width", "height")
        ]
    assert {cell.get("class") for cell in list(value)[1:]} == {"mg-pos", "mg-neg"}
    assert text(w1, "mg-shape-text") == "64×32"
    assert text(w1, "mg-grad-range") == "−0.1 … 0.3"


def test_in_a_still_picture_cells_of_one_colour_share_a_group(graphs: dict[str, Callable]) -> None:
    live, still = (node(draw(graphs["mlp"](), interactive=on), "W1") for on in (True, False))
    for lively, quiet in zip(by_class(live, "mg-heat"), by_class(still, "mg-heat"), strict=True):
        groups = list(quiet)[1:]
        assert [g.get("class") for g in groups] == ["mg-neg", "mg-pos"]
        assert all(g.get("fill") for g in groups)
        expected = {
            (cell.get("class"), *(cell.get(k) for k in ("fill-opacity", "x", "y", "width", "height")))
            for cell in list(lively)[1:]
            if cell.get("class")
        }
        assert expected == {
            (g.get("class"), *(cell.get(k) for k in ("fill-opacity", "x", "y", "width", "height")))
            for g in groups
            for cell in g
        }


def test_heat_cells_are_strong_where_values_are_large() -> None:
    from visuals.pieces import Heat

    heat = Heat("value", 0, 0, 1, 4, 5, 5)
    shades = cells(heat, {"thumbnail": [[-2.0, 0.0, 1.0, "nan"]]})
    assert shades == [("mg-neg", 1.0), ("", 0.0), ("mg-pos", 0.5), ("mg-nan", 1.0)]
    assert cells(heat, None) == [("", 0.0)] * 4


@pytest.mark.parametrize(
    "name",
    [
        "</text><script>alert(1)</script>",
        "\" onload='alert(1)'",
        "a&b <c> \"d\" 'e'",
        "]]><!--",
        "nul\x00 and \ud83d alone",
        "🙂🙃",
        "$x_1$ \\n {braces} %s",
    ],
)
def test_a_name_cannot_become_markup(named: Callable, name: str) -> None:
    trace = named(name)
    source = svg.render(trace, layout(trace))
    plain = named("x")
    root, expected = ET.fromstring(source), ET.fromstring(svg.render(plain, layout(plain)))
    assert [e.tag for e in root.iter()] == [e.tag for e in expected.iter()]
    assert [sorted(e.attrib) for e in root.iter()] == [sorted(e.attrib) for e in expected.iter()]
    source.encode("utf-8")


def test_a_long_name_is_shortened_and_kept_in_the_title(named: Callable) -> None:
    name = "weight" * 34
    root = draw(named(name))
    shown = text(root, "mg-name")
    assert shown.endswith("…")
    assert name.startswith(shown[:-1])
    assert name in (by_class(root, "mg-node")[0].find(f"{NS}title").text or "")  # type: ignore[union-attr]
    assert layout(named(name)).nodes["n0"]["w"] < 250


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_every_text_fits_into_its_box(small: dict[str, Any], direction: Any) -> None:
    place = layout(small, direction=direction)
    root = ET.fromstring(svg.render(small, place))
    for group in by_class(root, "mg-node"):
        box = place.nodes[group.get("data-id", "")]
        for line in group.iter(f"{NS}text"):
            css = line.get("class", "")
            w = width(
                line.text or "", float(line.get("font-size", NORMAL.of[css])), css in ("mg-name", "mg-op")
            )
            x = float(line.get("x", 0)) + (w / 2 if line.get("text-anchor") == "start" else 0)
            assert abs(x) + w / 2 <= box["w"] / 2, (css, line.text)
            assert abs(float(line.get("y", 0))) < box["h"] / 2


def test_the_title_tells_function_pattern_shape_and_type(graphs: dict[str, Callable]) -> None:
    title = node(draw(graphs["gates"]()), "q").find(f"{NS}title")
    assert title is not None
    assert title.text == "q, add; + hands its gradient on unchanged: a distributor; one number, float64"


def test_two_pictures_on_a_page_share_no_id(graphs: dict[str, Callable]) -> None:
    ids = []
    for prefix in ("a", "b"):
        root = draw(graphs["sums"](), prefix=prefix)
        ids += [e.get("id") for e in root.iter() if e.get("id")]
        ends = {line.get("marker-end") for line in by_class(root, "mg-line")}
        assert ends == {f"url(#{prefix}-arrow)"}
    assert len(ids) == len(set(ids)) == 2


def test_nodes_are_buttons_in_the_stepper_and_images_in_a_still_picture(graphs: dict[str, Callable]) -> None:
    live, still = draw(graphs["gates"]()), draw(graphs["gates"](), interactive=False)
    for group in by_class(live, "mg-node"):
        assert (group.get("role"), group.get("tabindex")) == ("button", "-1")
        assert group.get("data-lm-suppress-shortcuts")  # else keys reach the notebook
    assert {(g.get("role"), g.get("tabindex")) for g in by_class(still, "mg-node")} == {("img", None)}


def test_standalone_brings_its_style_and_background(graphs: dict[str, Callable]) -> None:
    alone, inline = draw(graphs["gates"]()), draw(graphs["gates"](), standalone=False)
    assert len(by_class(alone, "mg-background")) == len(list(alone.iter(f"{NS}style"))) == 1
    assert not by_class(inline, "mg-background")
    assert not list(inline.iter(f"{NS}style"))


def test_the_same_trace_has_the_same_svg(small: dict[str, Any]) -> None:
    assert svg.render(small, layout(small)) == svg.render(small, layout(small))
