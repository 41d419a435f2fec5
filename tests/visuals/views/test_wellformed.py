"""A trace from a file may be of anybody's making."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
import visuals

Change = Callable[[dict[str, Any]], object]


def product() -> dict[str, Any]:
    """z = x y, as a dictionary."""
    x, y = mg.Parameter(3.0, name="x"), mg.Parameter([4.0, 5.0], name="y")
    return json.loads(mg.trace(x * y, names={}).to_json())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.update(nodes=[], edges=[]), "it has no nodes"),
        (lambda t: t.update(nodes={}), "its nodes are no list of objects"),
        (lambda t: t.update(edges=[1]), "its edges are no list of objects"),
        (lambda t: t.update(output="n9"), "its output 'n9' is none of its nodes"),
        (lambda t: t["nodes"].append(t["nodes"][0]), "several nodes are called 'n0'"),
        (lambda t: t["edges"].append(t["edges"][0]), "several edges are called 'e0'"),
        (lambda t: t["edges"][0].update(source="n7"), "leads from 'n7' to 'n2', and these are not both nodes"),
        (lambda t: t["edges"][0].update(source="n2"), "it has a cycle, in which 'n2' needs its own result"),
        (lambda t: t["edges"][0].update(target="n1"), "leads into 'n1', which is no function"),
        (lambda t: t["edges"][0].update(position="left"), "an edge has no id or no position"),
        (lambda t: t["nodes"].reverse(), "'n2' stands before 'n0', which it uses"),
        (lambda t: t["nodes"][0].pop("op"), "the node 'n0' has no op in words"),
        (lambda t: t["nodes"][0].update(name=5), "the node 'n0' has no name in words"),
        (lambda t: t["nodes"][0].update(kind="sink"), "is of the kind 'sink'; known are data, parameter, function"),
        (lambda t: t["nodes"][0].update(shape="2x3"), "has no shape"),
        (lambda t: t["nodes"][0].update(value=None), "has no value"),
        (lambda t: t["nodes"][0].update(value=3), "has a value without a text"),
        (lambda t: t["nodes"][0].update(times="many"), "has times 'many'"),
        (lambda t: t["nodes"][2].update(calls=["a"]), r"has calls \['a'\]"),
        (lambda t: t["nodes"][0]["value"].update(shape=[-1]), r"has a value of the shape \[-1\]"),
        (lambda t: t["nodes"][0]["value"].update(scalar="3"), "has the value '3'"),
        (lambda t: t["nodes"][0]["value"].update(scalar="<svg>" * 30), "has the value '<svg>.*…"),
        (lambda t: t["nodes"][1]["value"].update(thumbnail="x"), "neither a number nor an array"),
        (lambda t: t["nodes"][1]["value"].update(thumbnail=[[1], [1, 2]]), "rows are not of one length"),
        (lambda t: t["nodes"][1]["value"].update(thumbnail=[[0] * 5000]), "rows are not of one length"),
        (lambda t: t["nodes"][1]["value"].update(thumbnail=[["x"]]), "entries that are no numbers"),
        (lambda t: t["nodes"][1]["value"].pop("mean"), "entries that are no numbers"),
        (lambda t: t["frames"][0].pop("set"), "a frame does not say what it sets"),
        (lambda t: t["frames"][0]["set"].update(nodes={"n9": {}}), "a frame sets nodes that there are not"),
        (lambda t: t["frames"][0]["set"]["nodes"]["n0"].update(value=[]), "a frame has a value without a text"),
        (lambda t: t["frames"][-2].update(upstream=None), "a message has no value"),
        (lambda t: t["frames"][-2].update(rule=7), "a message travels along no edge"),
        (lambda t: t["frames"][-2].update(unbroadcast="all"), "a message was summed, but not from a shape to a shape"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused_with_the_reason(change: Change, said: str) -> None:
    parts = product()
    change(parts)
    with pytest.raises(
        ValueError, match=rf"draw cannot show this trace: .*{said}.* is recorded by mg\.trace"
    ):
        visuals.draw(mg.Trace.from_dict(parts))


def test_a_longer_cycle_is_found() -> None:
    x = mg.Parameter(0.5, name="x")
    parts = json.loads(mg.trace(x.exp().tanh().sin()).to_json())
    parts["edges"][0]["source"] = "n3"
    with pytest.raises(ValueError, match="it has a cycle"):
        visuals.draw(mg.Trace.from_dict(parts))


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", 1e300, -0.0])
def test_numbers_that_are_not_finite_are_drawn(value: object) -> None:
    parts = product()
    parts["nodes"][0]["value"]["scalar"] = value
    assert visuals.draw(mg.Trace.from_dict(parts), messages=True).svg


def test_a_trace_of_today_is_well_formed() -> None:
    parts = product()
    assert visuals.draw(mg.Trace.from_dict(parts), messages=True).save


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def places(data: Any, way: tuple = ()) -> list[tuple]:
    """The way to every value of nested data."""
    found = [way] if way else []
    rows = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in rows:
        found += places(value, (*way, key))
    return found


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_stands_somewhere_it_is_drawn_or_refused(data: st.DataObject) -> None:
    parts = copy.deepcopy(product())
    *way, last = data.draw(st.sampled_from(places({k: parts[k] for k in ("nodes", "edges", "frames")})))
    inside: Any = parts
    for step in way:
        inside = inside[step]
    inside[last] = data.draw(JSON)
    trace = mg.Trace.from_dict(parts)
    try:
        visuals.draw(trace, messages=True).page()
    except ValueError as error:
        if "draw cannot show this trace" not in str(error):
            raise
