"""Large graphs with many calls in one box."""

from __future__ import annotations

from typing import Any

import minigrad as mg
from minigrad.node import tick
from visuals.collapse import collapse


def modules(layers: int, calls: int) -> mg.Tensor:
    """A chain of module calls, each of `calls` calls with a parameter of its own; and one parameter of all."""
    shared = mg.Parameter(1.0, name="shared")
    x: Any = mg.tensor(1.0, name="x")
    for k in range(layers):
        begin, own = tick(), mg.Parameter(0.5, name=f"own{k}")
        x = x * shared
        for _ in range(calls - 1):
            x = x + own
        x.node.noted().scopes = ((begin, tick(), f"layers.{k}"),)
    return x


def test_the_calls_of_a_module_call_are_one_box() -> None:
    small = collapse(mg.trace(modules(5, 40)), most=20)
    assert [(n["name"] or n["symbol"], n["detail"]) for n in small.nodes] == [
        ("shared", ""),
        *((f"layers.{k}", "mostly add") for k in range(5)),
    ]
    assert [n["op"] for n in small.nodes[1:]] == [
        "40 calls"
    ] * 5  # x and the parameters that one box alone uses are inside


def test_a_box_shows_the_value_of_its_last_call() -> None:
    x = modules(2, 10)
    x.backward()
    small, whole = collapse(mg.trace(x), most=5), mg.trace(x)
    assert small.nodes[-1]["value"] == whole.nodes[-1]["value"]
    assert small.nodes[-1]["grad"]["scalar"] == 1
    assert small.output == small.nodes[-1]["id"]


def test_edges_lead_from_box_to_box_once() -> None:
    small = collapse(mg.trace(modules(3, 10)), most=5)
    links = [(e["source"], e["target"]) for e in small.edges]
    assert len(set(links)) == len(links)
    place = {node["id"]: k for k, node in enumerate(small.nodes)}
    assert all(place[a] < place[b] for a, b in links)
    assert sum(a == small.nodes[0]["id"] for a, _ in links) == 3  # `shared` goes into all three


def test_the_innermost_modules_that_are_few_enough_are_shown() -> None:
    outer = tick()
    x = modules(6, 10)
    x.node.noted().scopes += ((outer, tick(), "net"),)
    run = mg.trace(x)
    assert [n["symbol"] for n in collapse(run, most=6).nodes[-6:]] == [f"layers.{k}" for k in range(6)]
    assert [n["symbol"] for n in collapse(run, most=5).nodes if n["kind"] == "function"] == ["net"]


def test_without_modules_the_boxes_are_equal_shares() -> None:
    x = mg.Parameter(1.0, name="x")
    for k in range(1000):
        x = x + 1.0 if k % 2 else x * 1.0
    small = collapse(mg.trace(x), most=300)
    assert [n["op"] for n in small.nodes] == ["10 calls"] * 100
    assert small.nodes[0]["detail"] in ("mostly add", "mostly multiply")


def test_calls_outside_of_modules_keep_a_box_of_their_own() -> None:
    loss = squared(modules(2, 10) - 1.0)
    small = collapse(mg.trace(loss), most=10)
    assert [n["symbol"] for n in small.nodes if n["kind"] == "function"] == [
        "layers.0",
        "layers.1",
        "− 1",
        "^ 2",
    ]


def squared(x: mg.Tensor) -> mg.Tensor:
    return x**2
