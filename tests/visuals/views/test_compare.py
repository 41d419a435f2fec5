"""Two graphs side by side, and what differs."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import minigrad as mg
import visuals
from tests.visuals.views.builders import chain, traces
from visuals.views.matching import differences, equal, matched

NS = "{http://www.w3.org/2000/svg}"


def network(detach: bool = False, share: bool = False, extra: bool = False) -> mg.Tensor:
    """loss = (tanh(w₁ x) w₂ − 1)², after its backward pass; detached, with shared weights, or with one more relu."""
    w1, x = mg.Parameter(0.5, name="w₁"), mg.tensor(2.0, name="x")
    w2 = w1 if share else mg.Parameter(0.5, name="w₂")
    h = np.tanh(w1 * x)
    if detach:
        h = h.detach()
    h.name = "h"
    y = mg.relu(h * w2) if extra else h * w2
    loss = (y - 1.0) ** 2
    loss.name = "loss"
    loss.backward()
    return loss


def marks(comparison: visuals.Comparison) -> dict[str, str]:
    """Which nodes of the first and of the second graph (a-, b-) are marked, and how."""
    return {
        f"{node['id'][:2]}{node['name'] or node['symbol']}": node["mark"]
        for node in comparison.trace.nodes
        if "mark" in node
    }


def test_equal_graphs_are_said_to_be_equal() -> None:
    comparison = visuals.compare(network(), network())
    assert comparison.summary == "The two graphs are the same, with all values and gradients."
    assert comparison.differences == []
    assert not marks(comparison)
    assert not any("mark" in edge for edge in comparison.trace.edges)


def test_a_gradient_that_was_not_set_to_zero() -> None:
    w = mg.Parameter(3.0, name="w")
    loss = w * w
    loss.backward()
    once = mg.trace(loss)
    loss.backward()
    comparison = visuals.compare(once, mg.trace(loss), titles=("with zero_grad", "without"))
    assert comparison.summary == (
        "The graphs are the same but for 1 gradient: w is 6 in “with zero_grad” and 12 in “without”."
    )
    assert marks(comparison) == {"a-w": "changed", "b-w": "changed"}
    notes = [node["note"] for node in comparison.trace.nodes if "mark" in node]
    assert notes == ["other: grad 12", "other: grad 6"]


def test_a_result_that_was_detached() -> None:
    comparison = visuals.compare(network(), network(detach=True))
    found = {(d.kind, d.name) for d in comparison.differences}
    assert {("only in the first", name) for name in ("w₁", "x", "×")} < found
    assert ("kind", "h") in found
    assert ("gradient", "h") in found
    assert "Only “first” has w₁, x and × (3 nodes)." in comparison.summary
    assert "h is computed in “first” and static data in “second”" in comparison.summary
    assert marks(comparison)["a-w₁"] == "added"
    assert marks(comparison)["b-h"] == "changed"


def test_weights_that_are_shared() -> None:
    comparison = visuals.compare(network(share=True), network(), titles=("shared", "own"))
    assert "Only “own” has w₂ (1 node)." in comparison.summary
    assert marks(comparison) == {"a-w₁": "changed", "b-w₁": "changed", "b-w₂": "added"}
    marked = [edge for edge in comparison.trace.edges if "mark" in edge]
    assert [edge["source"][:2] for edge in marked] == ["a-", "b-"]  # each has a line that the other has not


def test_a_function_between_is_only_in_one() -> None:
    comparison = visuals.compare(network(), network(extra=True))
    assert [d.name for d in comparison.differences if d.kind == "only in the second"] == ["relu"]
    assert marks(comparison) == {"b-relu": "added"}


def test_large_graphs_are_folded_and_boxes_say_what_differs_inside() -> None:
    def network(rate: float) -> mg.Tensor:
        rng = np.random.default_rng(0)
        cell = mg.nn.RNNCell(1, 2, rng)
        h = mg.tensor([0.0, 0.0], name="h₀")
        for step in range(60):
            h = cell([rate if step == 30 else 1.0], h)
        return (h * h).sum()

    comparison = visuals.compare(network(1.0), network(2.0), names=None)
    found = {node["symbol"]: node["note"] for node in comparison.trace.nodes if "mark" in node}
    count = len(comparison.differences)  # from step 31 on, until the difference has died away
    assert 50 < count < 150
    assert found == {"… 56 more RNNCell": f"{count} nodes differ inside"}
    assert "RNNCell 1" in {node["symbol"] for node in comparison.trace.nodes}


def test_graphs_without_anything_in_common() -> None:
    comparison = visuals.compare(mg.Parameter(1.0, name="x").exp(), mg.Parameter(2.0, name="y").tanh())
    assert {d.kind for d in comparison.differences} == {"only in the first", "only in the second"}


def test_many_differences_are_counted() -> None:
    def product(values: list[float]) -> mg.Tensor:
        total = mg.Parameter(values[0], name="p0")
        for k, value in enumerate(values[1:], 1):
            total = total * mg.Parameter(value, name=f"p{k}")
        return total

    comparison = visuals.compare(product([1.0] * 5), product([2.0] * 5), names=None)
    assert "9 values: " in comparison.summary
    assert "6 more" in comparison.summary
    assert len(repr(comparison).splitlines()) == 10


def test_gradients_count_only_if_they_are_shown() -> None:
    w = mg.Parameter(3.0, name="w")
    loss = w * w
    before = mg.trace(loss)
    loss.backward()
    assert visuals.compare(before, mg.trace(loss), grads=False).differences == []


def test_both_are_in_the_picture_under_their_titles() -> None:
    comparison = visuals.compare(network(), network(share=True), titles=("a < b", "c & d"))
    root = ET.fromstring(comparison.svg)
    texts = [text.text for text in root.iter(f"{NS}text")]
    assert {"a < b", "c & d"} <= set(texts)
    assert comparison.summary.split(".")[0] in " ".join(filter(None, texts))
    assert (root.get("aria-label") or "").startswith("Two computation graphs, “a < b” and “c & d”.")
    groups = {g.get("data-id", "")[:2] for g in root.iter(f"{NS}g") if g.get("data-id")}
    assert groups == {"a-", "b-"}


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_the_panels_do_not_overlap_and_nothing_lies_outside(direction: Any) -> None:
    place = visuals.compare(network(), network(extra=True), direction=direction).layout
    boxes = {"a-": [0.0, 0.0, 0.0, 0.0], "b-": [0.0, 0.0, 0.0, 0.0]}
    for before, ends in boxes.items():
        mine = [node for name, node in place.nodes.items() if name.startswith(before)]
        ends[:] = [
            min(n["x"] - n["w"] / 2 for n in mine), min(n["y"] - n["h"] / 2 for n in mine),
            max(n["x"] + n["w"] / 2 for n in mine), max(n["y"] + n["h"] / 2 for n in mine),
        ]  # fmt: skip
        assert 0 <= ends[0] < ends[2] <= place.width
        assert 0 <= ends[1] < ends[3] <= place.height
    a, b = boxes.values()
    assert a[2] < b[0] or a[3] < b[1]


def test_it_can_be_saved(tmp_path: Path) -> None:
    comparison = visuals.compare(network(), network(detach=True))
    for ending, begin in {"svg": "<svg", "html": "<!doctype html>", "dot": "digraph", "json": "{"}.items():
        assert comparison.save(tmp_path / f"c.{ending}").read_text(encoding="utf-8").startswith(begin)
    assert comparison.save(tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")
    assert comparison.summary.split(",")[0] in (tmp_path / "c.html").read_text(encoding="utf-8")
    assert len(json.loads((tmp_path / "c.json").read_text())["nodes"]) == len(comparison.trace.nodes)
    assert "text/html" in comparison._repr_mimebundle_()


@pytest.mark.parametrize(
    ("first", "titles", "error", "said"),
    [
        (
            3.0,
            ("a", "b"),
            TypeError,
            r"compare shows the graph of a Tensor or a Trace, but got a float: 3\.0",
        ),
        (None, "ab", TypeError, r"titles are two texts, as in .*, not 'ab'"),
        (None, ("a", 1), TypeError, "titles are two texts"),
        (chain(5000), ("a", "b"), ValueError, "This graph has 5001 nodes; more than 5000 cannot be read"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    first: Any, titles: Any, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        visuals.compare(network() if first is None else first, network(), titles=titles)


def summary(*values: float, text: str = "") -> dict[str, Any]:
    if len(values) == 1:
        return {"shape": [], "text": text, "scalar": values[0]}
    mean = sum(values) / len(values)
    facts = {"min": min(values), "mean": mean, "max": max(values), "norm": float(np.linalg.norm(values))}
    return {
        "shape": [len(values)],
        "text": text,
        **facts,
        "thumbnail": [list(values)],
        "values": list(values),
    }


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (None, None, True),
        (None, summary(0.0), False),
        (summary(1.0), summary(1.0 + 1e-13), True),
        (summary(1.0), summary(1.0 + 1e-6), False),
        (summary(1.0), summary(1.0, 1.0), False),
        (summary(1.0, 2.0), summary(1.0, 2.0 + 1e-14), True),
        (summary(1.0, 2.0), summary(2.0, 1.0), False),
        ({"shape": [], "text": "nan", "scalar": "nan"}, {"shape": [], "text": "nan", "scalar": "nan"}, True),
        ({"shape": [], "text": "nan", "scalar": "nan"}, summary(0.0), False),
        ({"shape": [], "text": "inf", "scalar": "inf"}, summary(1.0), False),
    ],
)
def test_when_two_values_are_the_same(one: Any, other: Any, same: bool) -> None:
    assert equal(one, other) is same
    assert equal(other, one) is same


@settings(max_examples=40, deadline=None)
@given(traces())
def test_a_graph_is_the_same_as_itself(run: mg.Trace) -> None:
    again = mg.Trace.from_json(run.to_json())
    pairs = matched(run, again)
    assert len(set(pairs.values())) == len(pairs)
    assert all(node["id"] in pairs for node in run.nodes if reaches_output(run, node["id"]))
    assert not [d for d in differences(run, again) if reaches_output(run, d.at[0] or d.at[1] or "")]


def reaches_output(run: mg.Trace, name: str) -> bool:
    """Whether the output was computed from a node."""
    seen, stack = {run.output}, [run.output]
    while stack:
        target = stack.pop()
        new = {edge["source"] for edge in run.edges if edge["target"] == target} - seen
        seen |= new
        stack += new
    return name in seen


@settings(max_examples=40, deadline=None)
@given(traces(), traces())
def test_pairs_are_of_one_kind_and_each_node_has_one_partner(one: mg.Trace, other: mg.Trace) -> None:
    pairs = matched(one, other)
    assert len(set(pairs.values())) == len(pairs)
    nodes = {node["id"]: node for node in one.nodes}
    there = {node["id"]: node for node in other.nodes}
    for first, second in pairs.items():
        a, b = nodes[first], there[second]
        assert a["op"] == b["op"] or a["name"] == b["name"]
    found = differences(one, other, pairs)
    assert {d.at[0] for d in found if d.kind == "only in the first"} == nodes.keys() - pairs.keys()
    assert {d.at[1] for d in found if d.kind == "only in the second"} == there.keys() - set(pairs.values())
