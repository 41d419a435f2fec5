"""Several calls in one box: what is inside, which edges are left, and which messages travel along them."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import minigrad as mg
from visuals.collapse import LEAVES, Section, gather
from visuals.views.gathered import added, together


@pytest.fixture
def run() -> mg.Trace:
    """y = (x w + b)² u + w: five calls, and w is used twice."""
    x, w, b, u = (mg.Parameter(v, name=n) for v, n in ((2.0, "x"), (3.0, "w"), (1.0, "b"), (0.5, "u")))
    y = (x * w + b) ** 2 * u + w
    y.backward()
    return mg.trace(y, names={"y": y})


def titles(trace: mg.Trace) -> list[str]:
    return [node["name"] or node["symbol"] for node in trace.nodes]


def test_parameters_that_one_box_alone_uses_are_inside(run: mg.Trace) -> None:
    small = gather(run, [Section([0, 1, 2], "head"), Section([3]), Section([4])])
    assert titles(small) == ["w", "head", "u", "×", "y"]
    assert small.nodes[1]["inside"] == 5  # three calls, x and b
    assert small.nodes[1]["op"] == "head, 3 calls"
    assert small.nodes[1]["detail"] == "×  +  ^ 2"


def test_data_with_a_name_stand_before_the_box_and_in_an_opaque_one_inside() -> None:
    x = mg.tensor(2.0, name="x")
    y = (x * mg.Parameter(3.0)).tanh()
    for opaque, seen in ((False, ["x", "box"]), (True, ["box"])):
        assert titles(gather(mg.trace(y, names={}), [Section([0, 1], "box", opaque=opaque)])) == seen


def test_a_box_has_the_value_of_its_last_call(run: mg.Trace) -> None:
    small = gather(run, [Section([0, 1, 2], "head"), Section([3, 4], "tail")])
    head, tail = (node for node in small.nodes if "inside" in node)
    assert head["value"]["scalar"] == 49
    assert head["grad"]["scalar"] == 0.5
    assert tail["value"]["scalar"] == 27.5
    assert small.output == tail["id"]


def test_edges_that_stand_for_themselves_keep_their_messages(run: mg.Trace) -> None:
    small = gather(run, [Section([0, 1, 2], "head"), Section([3]), Section([4])])
    whole = {frame["edge"]: frame for frame in run.frames if frame["kind"] == "message"}
    kept = {frame["edge"]: frame for frame in small.frames if frame["kind"] == "message"}
    assert {edge["id"] for edge in small.edges} == set(kept)
    assert kept.keys() <= whole.keys()
    assert all(frame["message"] == whole[edge]["message"] for edge, frame in kept.items())
    ids = {node["id"] for node in small.nodes}
    assert all(set(frame["set"].get("nodes", {})) <= ids for frame in small.frames)


def messages(trace: mg.Trace) -> dict[str, dict]:
    return {frame["edge"]: frame for frame in trace.frames if frame["kind"] == "message"}


def test_messages_to_one_value_are_added() -> None:
    x = mg.Parameter(0.7, name="x")
    small = gather(mg.trace((x * x).tanh() * x), [Section([0, 1], "a"), Section([2])])
    [into_box] = [e["id"] for e in small.edges if e["target"].startswith("box")]
    slope = 2 * 0.7**2 * (1 - np.tanh(0.49) ** 2)  # of tanh(x²) with respect to x, times x
    assert messages(small)[into_box]["message"]["scalar"] == pytest.approx(slope)
    assert messages(small)[into_box]["rule"] == "2 messages"


def test_messages_to_several_values_are_beside_each_other() -> None:
    parameters = [mg.Parameter([k, 1.0], name=f"w{k}") for k in range(4)]
    x = mg.tensor([1.0, 2.0], name="x")
    for _ in range(2):
        for p in parameters:
            x = x + p * p
    calls = [Section(range(8), "first"), Section(range(8, 16), "second"), Section([16])]
    small = gather(mg.trace(x.sum(), names={}), calls)
    found = messages(small)
    [first, _] = [edge["id"] for edge in small.edges if edge["source"].startswith("leaves")]
    message = found[first]["message"]
    assert message["shape"] == [8]
    assert (message["min"], message["max"]) == (0, 6)  # 2 w of each use
    assert message["norm"] == pytest.approx(np.linalg.norm([[2 * k, 2.0] for k in range(4)]))


def test_messages_of_which_not_all_entries_are_known_are_left_out() -> None:
    assert added([{"shape": [99]}, {"shape": [99]}]) is None
    arrays = [{"shape": [2], "values": [1.0, "nan"]}, {"shape": [2], "values": [2.0, 3.0]}]
    found = added(arrays)
    assert found is not None
    assert found["values"] == [3.0, "nan"]
    big = mg.Parameter(np.ones(100), name="w")
    y = (big * big).sum() + big.sum()
    small = gather(mg.trace(y), [Section([0, 1], "a"), Section([2]), Section([3])])
    into_box = next(e["id"] for e in small.edges if e["source"] == "n0" and e["target"].startswith("box"))
    assert into_box not in messages(small)


def test_frames_are_told_when_somebody_asks(run: mg.Trace) -> None:
    small = gather(mg.trace(mg.Parameter(1.0).exp().tanh()), [Section([0, 1], "box")])
    assert "frames" not in vars(small)
    assert small.frames[-1]["kind"] == "done"


def test_a_gathered_trace_is_a_trace(run: mg.Trace) -> None:
    small = gather(run, [Section([0, 1, 2], "head"), Section([3]), Section([4])])
    again = mg.Trace.from_json(small.to_json())
    assert again.nodes == small.nodes
    assert pickle.loads(pickle.dumps(small)).frames == small.frames


def test_parameters_shared_by_the_same_boxes_are_one_node() -> None:
    parameters = [mg.Parameter([float(k), 1.0], name=f"w{k}") for k in range(4)]
    x = mg.tensor([1.0, 2.0], name="x")
    for _ in range(2):
        for p in parameters:
            x = x * p
    run = mg.trace(x.sum(), names={})
    small = gather(run, [Section([0, 1, 2, 3], "first"), Section([4, 5, 6, 7], "second"), Section([8])])
    node = small.nodes[1]
    assert (node["name"], node["kind"], node["inside"]) == ("w0, w1, w2, w3", "parameter", 4)
    assert node["value"]["shape"] == [8]
    flat = np.array([[k, 1.0] for k in range(4)])
    assert node["value"]["mean"] == pytest.approx(flat.mean())
    assert (node["value"]["min"], node["value"]["max"]) == (0, 3)
    assert node["value"]["norm"] == pytest.approx(np.linalg.norm(flat))


def test_a_crowd_of_leaves_shares_a_box() -> None:
    total = mg.Parameter(0.0)
    for k in range(LEAVES + 20):
        total = total + mg.Parameter(float(k), name=f"p{k}")
    calls = LEAVES + 20
    small = gather(mg.trace(total, names={}), [Section(range(calls - 1), "sum"), Section([calls - 1])])
    assert len(small.nodes) == 3


def test_the_summary_of_arrays_of_which_one_is_unknown_is_unknown() -> None:
    one = {"shape": [], "scalar": 1.0}
    assert together([one, None]) is None
    found = together([one, {"shape": [], "scalar": "nan"}])
    assert found is not None
    assert found["mean"] == "nan"
