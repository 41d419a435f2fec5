"""Changing an input in the stepper: Python runs the same graph again, or says why it cannot."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigrad as mg
from visuals import BackpropStepper
from visuals.stepper.editing import NO_PYTHON, RECORDED, answered, prepared
from visuals.stepper.export import page
from visuals.stepper.rerun import Rerun


def gates():
    """f = (x + y) z at (-2, 5, -4), and its trace."""
    x, y, z = (mg.tensor(v, requires_grad=True, name=n) for n, v in (("x", -2.0), ("y", 5.0), ("z", -4.0)))
    q = x + y
    f = q * z
    return f, mg.trace(f, names={"q": q, "f": f})


def gradients(run):
    """The gradients of the leaves at the end."""
    return run.frames[-1]["sentence"]


finite = st.floats(-100, 100)


@given(finite, finite, finite)
def test_a_new_run_is_what_the_functions_say_at_the_new_values(x, y, z):
    f, run = gates()
    again = Rerun(f, run).run({"n0": x, "n1": y, "n3": z})
    value = {node["name"]: node["value"]["scalar"] for node in again.nodes}
    grads = {node["name"]: node["id"] for node in again.nodes if node["kind"] == "parameter"}
    last = {}
    for frame in again.frames:
        for i, change in frame["set"].get("nodes", {}).items():
            last[i] = change.get("grad") or last.get(i)
    assert value["f"] == (x + y) * z
    assert [last[grads[name]]["scalar"] for name in "xyz"] == [z, z, x + y]


def test_the_picture_can_stay_ids_names_and_frames_are_the_same():
    f, run = gates()
    live = Rerun(f, run)
    assert live.run({}) == run
    again = live.run({"n0": 1.0})
    assert [(n["id"], n["name"], n["op"]) for n in again.nodes] == [
        (n["id"], n["name"], n["op"]) for n in run.nodes
    ]
    assert again.edges == run.edges
    assert [(frame["kind"], frame["active"]) for frame in again.frames] == [
        (frame["kind"], frame["active"]) for frame in run.frames
    ]


def test_later_changes_of_a_leaf_do_not_reach_it():
    w = mg.Parameter(np.array([1.0, 2.0]), name="w")
    y = np.sum(w * w)
    run = mg.trace(y)
    live = Rerun(y, run)
    w.data = np.array([7.0, 7.0])
    assert live.run({}) == run


def test_modules_keep_their_groups_and_labels_stay():
    net = mg.nn.Sequential(mg.nn.Linear(2, 2, rng=np.random.default_rng(0)), mg.nn.ReLU())
    loss = mg.cross_entropy(net(mg.tensor([[1.0, -1.0]], name="X")), np.array([1]))
    run = mg.trace(loss)
    live = Rerun(loss, run)
    node = next(node["id"] for node in run.nodes if node["name"] == "X")
    again = live.run({node: [[0.5, 0.5]]})
    assert [n["group"] for n in again.nodes] == [n["group"] for n in run.nodes]
    assert again != run


def test_a_function_of_the_students_own_is_run_again():
    class Double(mg.Function):
        def forward(self, inputs):
            return 2 * inputs[0]

        def backward(self, inputs, output, output_diff):
            return [2 * output_diff]

    x = mg.tensor(3.0, requires_grad=True, name="x")
    y = Double()(x)
    y.name = "y"
    assert gradients(Rerun(y, mg.trace(y)).run({"n0": 5.0})) == "Done: ∂y/∂x = 2."


def test_a_wiggle_compares_the_prediction_with_the_truth():
    x = mg.tensor([1.0, 3.0], requires_grad=True, name="x")
    y = np.sum(x**3)
    found = Rerun(y, mg.trace(y)).wiggle({}, "n0", [1], 0.1)
    assert found["predicted"] == pytest.approx(2.7)
    assert found["true"] == pytest.approx(3.1**3 - 27)
    assert found["before"] == 28.0
    moved = Rerun(y, mg.trace(y)).wiggle({"n0": [1.0, 2.0]}, "n0", [1], 0.1)
    assert moved["predicted"] == pytest.approx(1.2)


def test_a_wiggle_of_a_vector_is_weighted_with_the_seed():
    x = mg.tensor([1.0, 3.0], requires_grad=True, name="x")
    y = x * x
    seed = np.array([1.0, 10.0])
    found = Rerun(y, mg.trace(y, seed), seed).wiggle({}, "n0", [1], 0.01)
    assert found["predicted"] == pytest.approx(0.6)
    assert found["true"] == pytest.approx(10 * (3.01**2 - 9))


def test_graphs_that_cannot_follow_say_why():
    x = mg.tensor([1.0, -1.0], requires_grad=True, name="x")
    count = np.sum((x.detach() > 0) * 1.0)
    masked = np.sum(x * count)
    stepper = BackpropStepper(masked)
    assert "computed from data without being recorded" in stepper.frozen
    assert stepper.leaves == []
    assert BackpropStepper(mg.trace(masked)).frozen == RECORDED
    assert "Nothing in this run was computed" in BackpropStepper(mg.tensor(2.0, requires_grad=True)).frozen
    assert NO_PYTHON in page(mg.trace(masked))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"n0": [1.0, 2.0]}, r"has shape \(\); the new value has shape \(2,\)"),
        ({"n0": "two"}, "'two' is no number; write it like -0.5"),
        ({"n2": 1.0}, "no leaf 'n2'; those of this graph are n0, n1, n3"),
    ],
)
def test_wrong_values_are_refused_in_the_reply(values, message):
    f, run = gates()
    live = Rerun(f, run)
    with pytest.raises(mg.UsageError, match=message):
        live.run(values)
    made, reply = answered(live, {"n": 4, "values": values, "wiggle": None})
    assert made is None
    assert (reply["n"], bool(reply["error"])) == (4, True)


def test_data_has_no_gradient_that_could_predict():
    x, data = mg.tensor(2.0, requires_grad=True, name="x"), mg.tensor(3.0, name="data")
    y = x * data
    live, reason = prepared(y, mg.trace(y))
    assert reason == ""
    _, reply = answered(live, {"n": 1, "values": {}, "wiggle": {"node": "n1", "at": [], "h": 0.1}})
    assert "static data: no gradient is wanted" in reply["error"]
    made, _ = answered(live, {"n": 2, "values": {"n1": 4.0}, "wiggle": None})
    assert gradients(made).endswith("= 4.")


def test_the_widget_answers_with_frames_ledgers_and_the_same_number():
    f, _ = gates()
    stepper = BackpropStepper(f)
    picture = stepper.svg
    stepper.edits = {"n": 1, "values": {"n0": 1.0}, "wiggle": None}
    assert stepper.edited == {"n": 1, "error": "", "wiggle": None}
    assert stepper.svg == picture
    assert stepper.ledgers["e3"] == ["1 × 6 = 6", "1 × 6 = 6", pytest.approx(75, abs=15)]
    stepper.step = len(stepper)
    assert "= 6." in stepper.sentence
    stepper.edits = {"n": 2, "values": {}, "wiggle": {"node": "n0", "at": [], "h": 1.0}}
    assert stepper.edited["wiggle"]["predicted"] == -4.0
    assert "= 6." in stepper.sentence, "a wiggle shows no new run"


def test_a_hundred_nodes_are_run_again_with_all_their_words():
    weights = [mg.Parameter(np.cos(i), name=f"w{i}") for i in range(26)]
    y = weights[0]
    for before, weight in itertools.pairwise(weights):
        y = np.tanh(y * weight + before)
    stepper = BackpropStepper(y)
    assert len(stepper.leaves) == 26
    stepper.edits = {"n": 1, "values": {stepper.leaves[0]: 0.25}, "wiggle": None}
    assert stepper.edited["error"] == ""
    assert len(stepper.ledgers) == len(stepper.trace["edges"])
