"""Two runs compared: what differs is found, in both graphs, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from visuals import BackpropStepper, to_html
from visuals.debug import trace_diff
from visuals.debug.matching import matched
from visuals.debug.overlay import Overlay


def leaf(value, name):
    return mg.tensor(value, requires_grad=True, name=name)


def model(cut=False, activation=None, w=2.0, reduce=np.sum):
    """(h v + w)², h = tanh(w x): `cut` detaches h."""
    x, w, v = mg.tensor([0.5, 1.0], name="x"), leaf(w, "w"), leaf(-1.0, "v")
    h = np.tanh(w * x)
    h = h.detach() if cut else h
    h = activation(h) if activation else h
    loss = reduce((h * v + w) ** 2)
    loss.name = "loss"
    return loss


def rows(after, before):
    return [(row.about, row.what) for row in trace_diff(after, before).rows]


def test_equal_runs_do_not_differ():
    report = trace_diff(model(), model())
    assert report.rows == []
    assert report.remarks == []
    assert str(report) == "No difference: same graph, same values, same messages."
    assert report.trace.frames == mg.trace(model()).frames


def test_another_value_is_followed_through_the_graph():
    w, c = leaf(2.0, "w"), leaf(5.0, "c")
    before = mg.trace(np.exp(w) * 3.0 + c * c)
    after = mg.trace(np.exp(leaf(2.5, "w")) * 3.0 + c * c)
    assert rows(after, before) == [
        ("w", "value"), ("exp", "value"), ("× 3", "value"), ("+", "value"), ("w", "gradient"), ("exp → w", "message"),
    ]  # fmt: skip
    report = trace_diff(after, before)
    assert (report.rows[0].after, report.rows[0].before, report.rows[0].step) == ("2.5", "2", 1)
    told = {row.about: (row.after, row.before) for row in report.rows if row.what == "message"}
    assert told == {"exp → w": ("3 × 12.18 = 36.55", "3 × 7.389 = 22.17")}


@pytest.mark.parametrize("times", [2, 3, 5])
def test_without_zero_grad(times):
    w = leaf(3.0, "w")
    loss = w * w
    loss.backward()
    before = mg.trace(loss)
    for _ in range(times - 1):
        loss.backward()
    report = trace_diff(loss, before)
    assert [(row.about, row.what, row.after, row.before) for row in report.rows] == [
        ("w", ".grad", str(6 * times), "6")
    ]
    (remark,) = report.remarks
    assert f"w: .grad holds {6 * times}, but this run's gradient is 6" in remark
    assert ("that of an earlier" if times == 2 else f"those of {times - 1} earlier") in remark
    assert "Was zero_grad forgotten?" in remark
    assert "the other run's gradient is 6" in trace_diff(before, mg.trace(loss)).remarks[0]


def test_zero_grad_of_an_array():
    w = leaf(np.arange(3.0), "w")
    loss = np.sum(w * w)
    loss.backward()
    before = mg.trace(loss)
    loss.backward()
    assert "Was zero_grad forgotten?" in trace_diff(loss, before).remarks[0]


def test_a_detach_leaves_ghosts():
    report = trace_diff(model(cut=True), model())
    assert ("tanh", "function") in [(row.about, row.what) for row in report.rows]
    assert {row.about for row in report.rows if row.what == "only in the other run"} == {"×", "x"}
    assert len(report.remarks) == 1
    assert (
        "tanh: in this run it is static data, in the other it is computed by tanh: nothing flows back"
        in report.remarks[0]
    )
    names = {node["id"]: node["name"] or node["op"] for node in report.trace.nodes}
    assert {names[i] for i in report.overlay.ghosts} == {"multiply", "x"}
    gradients = {
        row.about: (row.after, row.before)
        for row in report.rows
        if row.what == "gradient" and row.about == "w"
    }
    assert gradients["w"][0] != gradients["w"][1]
    assert "in the other run it is static data" not in report.remarks[0]
    assert "in the other run it is" in trace_diff(model(), model(cut=True)).remarks[0]


def test_a_call_that_only_one_run_has():
    assert ("relu", "only in this run") in rows(model(activation=mg.relu), model())
    assert ("relu", "only in the other run") in rows(model(), model(activation=mg.relu))


def test_another_function_in_the_same_place():
    report = trace_diff(model(reduce=np.mean), model())
    found = {(row.about, row.what): (row.after, row.before) for row in report.rows}
    assert found["loss", "function"] == ("mean", "sum")


def test_a_tolerance_can_be_given():
    after, before = model(w=2.0 + 1e-7), model()
    assert rows(after, before)
    assert trace_diff(after, before, tolerance=1e-5).rows == []


def test_sentences_say_what_the_other_run_did():
    sentences = [frame["sentence"] for frame in trace_diff(model(cut=True), model()).trace.frames]
    (told,) = (sentence for sentence in sentences if "≠" in sentence)
    assert told.startswith("Done: ")
    assert "≠ In the other run: w " in told
    changed = [f["sentence"] for f in trace_diff(leaf(2.0, "w") * 3.0, leaf(2.5, "w") * 3.0).trace.frames]
    assert changed[0] == "w = 2, a parameter: a gradient is wanted. ≠ In the other run: 2.5."
    assert changed[1].endswith("≠ In the other run: 7.5.")
    assert not any("≠" in sentence for sentence in changed[2:])
    other = [frame["sentence"] for frame in trace_diff(model(activation=mg.relu), model()).trace.frames]
    assert any(s.endswith("≠ The other run has no such node.") for s in other)
    assert any(s.endswith("≠ In the other run nothing is sent here.") for s in other)


def test_matching_prefers_names_then_places():
    x, y = leaf(1.0, "x"), leaf(2.0, "y")
    after, before = mg.trace(np.sin(x) + np.sin(y)), mg.trace(np.sin(y) + np.sin(x))
    pairs = matched(after, before)
    names = [{n["id"]: n["name"] for n in run.nodes} for run in (after, before)]
    assert all(names[0][a] == names[1][b] for a, b in pairs.items())
    assert len(pairs) == 5


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_an_overlay_is_a_graph_whatever_was_matched(data):
    """No circle, every node once, the edges of both: for any two graphs."""

    def grown(seed):
        values = [leaf(1.0, "a"), leaf(2.0, "b")]
        for k in range(data.draw(st.integers(1, 8), label="size")):
            one, other = (values[data.draw(st.integers(0, len(values) - 1))] for _ in range(2))
            values.append(data.draw(st.sampled_from([np.add, np.multiply, np.maximum]))(one, other))
            if data.draw(st.booleans()):
                values[-1].name = f"v{data.draw(st.integers(0, 3))}{seed if k % 2 else ''}"
        return mg.trace(values[-1])

    after, before = grown("p"), grown("q")
    both = Overlay(after, before)
    ids = [node["id"] for node in both.nodes]
    assert len(set(ids)) == len(ids) == len(after.nodes) + len(both.ghosts)
    place = {i: k for k, i in enumerate(ids)}
    assert all(place[edge["source"]] < place[edge["target"]] for edge in both.edges)
    assert len({edge["id"] for edge in both.edges}) == len(both.edges)
    assert set(both.pairs.values()) | set(both.ghosts.values()) == {node["id"] for node in before.nodes}


# In the stepper -----------------------------------------------------------------------------------------


def test_the_stepper_shows_both_runs():
    stepper = BackpropStepper(model(cut=True), compare=model(), names=None)
    found = stepper.findings["differences"]
    assert found["count"] == f"{len(found['rows'])} differences"
    assert set(found["ghosts"]) <= {node["id"] for node in stepper.trace["nodes"]}
    assert stepper.findings["sizes"].keys() == {node["id"] for node in stepper.trace["nodes"]}
    assert stepper.frozen.startswith("While a run is looked into")
    assert stepper.details, "the rules of this run can still be read"
    report = trace_diff(model(cut=True), model()).stepper
    assert report.view == "differences"


def test_debug_mode_compares_too():
    stepper = BackpropStepper(model(activation=mg.relu), mode="debug", compare=model())
    assert {"checks", "differences"} <= stepper.findings.keys()


def test_a_comparison_would_tell_the_answers(tmp_path):
    for make in (BackpropStepper, lambda *a, **k: to_html(*a, tmp_path / "x.html", **k)):
        with pytest.raises(ValueError, match='compare belongs to mode="watch" or mode="debug"'):
            make(model(), mode="predict", compare=model())


def test_what_is_no_run_cannot_be_compared():
    with pytest.raises(TypeError, match="trace_diff shows the graph of a Tensor or a Trace, but got a float"):
        trace_diff(model(), 3.0)
    with pytest.raises(TypeError, match="BackpropStepper shows the graph of a Tensor or a Trace"):
        BackpropStepper(model(), compare="before")


def test_many_differences_are_counted_and_the_first_are_shown():
    def chain(start):
        value = leaf(start, "x")
        for _ in range(60):
            value = np.sin(value)
        return value

    report = trace_diff(chain(1.0), chain(1.1))
    assert len(report.rows) > 100
    assert str(report).splitlines()[-1] == f"  … and {len(report.rows) - 60} more"
    assert report.findings()["cut"] == len(report.rows) - 60
