"""The tree of folds, and what it shows: module calls, repetitions, shares."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
import visuals
from tests.visuals.views.builders import chain, noted, recurrent, residual, siamese, traces
from visuals.views.folds import Fold, tree
from visuals.views.modules import VISIBLE, Folding


def titles(trace: mg.Trace) -> list[str]:
    return [node["symbol"] for node in trace.nodes if node["kind"] == "function"]


def test_every_call_is_in_one_fold_and_in_order() -> None:
    run = noted(recurrent(30))
    root = tree(run)
    functions = [node for node in run.nodes if node["kind"] == "function"]
    assert list(root.calls()) == list(range(len(functions)))


def test_two_calls_of_one_module_are_two_boxes_beside_each_other() -> None:
    folding = Folding(noted(siamese()))
    small = folding.showing(folding.at_depth(1))
    assert titles(small) == ["Sequential", "Sequential", "−", "^ 2", "Σ"]
    assert not any("times" in node for node in small.nodes)  # they are parallel, not in sequence


def test_without_the_marks_of_calls_two_calls_of_one_path_are_one_box() -> None:
    folding = Folding(mg.trace(siamese()))
    assert titles(folding.showing(folding.at_depth(1))).count("Sequential") == 1


def test_equal_modules_in_sequence_share_a_box() -> None:
    folding = Folding(noted(residual(12)))
    small = folding.showing(folding.at_depth())
    [box] = [node for node in small.nodes if "times" in node]
    assert (box["symbol"], box["times"]) == ("blocks.0–11", 12)
    assert box["detail"] == "⊛  relu  +"
    assert titles(small) == ["blocks.0–11", "reshape", "head", "cross-entropy"]


def test_modules_with_other_shapes_are_not_equal() -> None:
    rng = np.random.default_rng(0)
    layers = [mg.nn.Linear(a, b, rng) for a, b in ((3, 2), (2, 2), (2, 2), (2, 2))]
    loss = mg.nn.Sequential(*layers)(mg.tensor([1.0, 2.0, 3.0])).sum()
    folding = Folding(noted(loss))
    small = folding.showing(folding.at_depth(2))
    assert titles(small) == ["layers.0", "layers.1–3", "Σ"]


def test_a_recurrent_network_of_100_steps_shows_its_ends() -> None:
    folding = Folding(noted(recurrent()))
    small = folding.showing(folding.automatic())
    assert titles(small)[:5] == ["cell 1", "cell 2", "… 96 more cell", "cell 99", "cell 100"]
    assert {node["name"] for node in small.nodes if node["kind"] == "parameter"} == {"W", "U", "b"}
    more = next(node for node in small.nodes if node["symbol"].startswith("…"))
    opened = folding.automatic() | {folding.folds[more["fold"]]}
    assert "cell 3–12" in titles(folding.showing(opened))


def test_steps_without_modules_are_numbered() -> None:
    h, w = mg.tensor([0.0, 0.0], name="h₀"), mg.Parameter(np.eye(2), name="W")
    for t in range(60):
        h = np.tanh(mg.tensor([0.1, t], name=f"x{t}") + h @ w)
    folding = Folding(noted(h))
    assert titles(folding.showing(folding.automatic())) == [
        "step 1",
        "step 2",
        "… 56 more steps",
        "step 59",
        "step 60",
    ]


@pytest.mark.parametrize(("calls", "shown"), [(20, 20), (23, 23), (100, 5), (5000, 5)])
def test_chains_fold_where_they_are_long(calls: int, shown: int) -> None:
    folding = Folding(noted(chain(calls)))
    small = folding.showing(folding.automatic())
    assert len(titles(small)) == shown
    if shown == 5:
        assert titles(small)[2] == f"… {calls - 4:,} more tanh"
        assert small.nodes[3]["inside"] == calls - 4


def test_a_graph_without_repetition_is_drawn_in_shares() -> None:
    rng, x = np.random.default_rng(0), mg.Parameter(0.5, name="x")
    functions = (np.tanh, np.sin, np.exp, np.cos, np.arctan)
    for k in rng.integers(0, len(functions), 2000):
        x = functions[k](x)
    folding = Folding(noted(x))
    small = folding.showing(folding.automatic())
    assert 30 <= len(small.nodes) <= VISIBLE
    assert "calls" in titles(small)[0]


def test_a_module_of_one_call_is_that_call() -> None:
    rng = np.random.default_rng(0)
    y = mg.nn.Sequential(mg.nn.Linear(2, 2, rng), mg.nn.Tanh())(mg.tensor([1.0, 2.0], name="x"))
    folding = Folding(noted(y))
    assert titles(folding.showing(folding.at_depth(2))) == ["layers.0", "tanh"]


def test_a_box_shows_what_its_last_call_computed() -> None:
    loss = residual()
    run = noted(loss)
    folding = Folding(run)
    small = folding.showing(folding.at_depth())
    head = next(node for node in small.nodes if node["symbol"] == "head")
    last = [node for node in run.nodes if node["group"].endswith("head") and node["kind"] == "function"][-1]
    assert (head["value"], head["grad"], head["shape"]) == (last["value"], last["grad"], last["shape"])
    assert small.output == small.nodes[-1]["id"] == run.output


def test_depths() -> None:
    folding = Folding(noted(residual()))
    assert folding.deepest == 3
    sizes = [len(folding.showing(folding.at_depth(depth)).nodes) for depth in (1, 2, 3, 4)]
    assert sizes == sorted(sizes)
    assert sizes[-1] == len(folding.trace.nodes)
    assert folding.showing(folding.at_depth(4)) is folding.trace


@pytest.mark.parametrize("calls", [8, 60])
def test_a_folded_picture_can_be_saved_and_drawn_again(calls: int, tmp_path: Path) -> None:
    y = recurrent()
    for k in range(calls):  # 8: the saved picture is drawn as it is; 60: it is folded again
        y = (np.tanh, np.sin, np.cos)[k * k % 3](y * float(k))
    y.backward()
    drawing = visuals.draw(y, names=None)
    again = visuals.draw(mg.Trace.from_json(drawing.save(tmp_path / "y.json").read_text(encoding="utf-8")))
    assert again.page().startswith("<!doctype html>")
    shown = {node["symbol"] for node in drawing.trace.nodes}
    assert shown & {"… 96 more cell", "RNN"}
    if calls == 8:
        assert again.svg == drawing.svg


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        (0, ValueError, r"depth is 1 \(the outermost module calls\) or more, not 0"),
        (1.5, TypeError, r"depth is a whole number .*, not 1\.5"),
        (True, TypeError, "depth is a whole number"),
    ],
)
def test_a_depth_that_there_is_not_is_refused(wrong: object, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        Folding(noted(chain(3))).at_depth(wrong)  # type: ignore[arg-type]


# Whatever is folded and opened, the graph stays what it was.


def folds_to_open(folding: Folding, choice: list[bool]) -> set[Fold]:
    return {fold for fold, is_open in zip(folding.folds.values(), choice, strict=False) if is_open}


@settings(max_examples=60, deadline=None)
@given(traces(), st.lists(st.booleans(), max_size=40))
def test_folding_keeps_the_output_makes_no_cycle_and_loses_no_path(run: mg.Trace, choice: list[bool]) -> None:
    folding = Folding(run)
    small = folding.showing(folds_to_open(folding, choice))
    place = {node["id"]: k for k, node in enumerate(small.nodes)}
    assert len(place) == len(small.nodes)
    assert all(place[edge["source"]] < place[edge["target"]] for edge in small.edges)
    assert len({edge["id"] for edge in small.edges}) == len(small.edges)
    output = next(node for node in small.nodes if node["id"] == small.output)
    assert output["value"] == run.nodes[-1]["value"]
    assert len(small.nodes) <= len(run.nodes)
    held = sum(node.get("inside", 1) for node in small.nodes)
    assert held == len(run.nodes)  # everything is somewhere, once

    leaves = {node["id"] for node in run.nodes if node["kind"] != "function"}
    seen = reaching(run, run.output) & leaves & place.keys()
    assert seen <= reaching(small, small.output)


def reaching(run: mg.Trace, target: str) -> set[str]:
    """The nodes from which a way leads to `target`."""
    sources: dict[str, list[str]] = defaultdict(list)
    for edge in run.edges:
        sources[edge["target"]].append(edge["source"])
    found, stack = {target}, [target]
    while stack:
        new = [s for s in sources[stack.pop()] if s not in found]
        found.update(new)
        stack.extend(new)
    return found


@settings(max_examples=30, deadline=None)
@given(traces())
def test_opening_everything_gives_the_whole_graph_back(run: mg.Trace) -> None:
    folding = Folding(run)
    assert folding.showing(set(folding.folds.values())) is run
