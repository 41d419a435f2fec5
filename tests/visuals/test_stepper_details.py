"""What the node panel adds to a trace: the lines of a rule, and Jacobians that can be read."""

import numpy as np
import pytest

import minigrad as mg
from visuals import BackpropStepper
from visuals.stepper.details import details, source_of
from visuals.stepper.rerun import Rerun


def told(output):
    """The details of every edge, by the names of both ends."""
    run = mg.trace(output)
    live = Rerun(output, run)
    names = {node["id"]: node["name"] or node["op"] for node in run.nodes}
    found = details(live, live.forward({}))
    return {
        (names[edge["source"]], names[edge["target"]]): found[edge["id"]]
        for edge in run.edges
        if edge["id"] in found
    }


def test_a_jacobian_has_a_row_per_output_and_a_column_per_input():
    x = mg.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True, name="x")
    w = mg.Parameter(np.array([[1.0, -1.0], [0.5, 2.0]]), name="w")
    found = told(np.sum(x @ w))
    assert np.array_equal(found["x", "matmul"]["jacobian"], np.kron(np.eye(2), w.numpy().T))
    assert np.array_equal(found["w", "matmul"]["jacobian"], np.kron(x.numpy(), np.eye(2)))
    assert found["matmul", "sum"]["jacobian"] == [[1.0, 1.0, 1.0, 1.0]]


def test_its_transpose_times_upstream_is_the_message():
    b = mg.Parameter(np.array([1.0, -2.0, 0.5]), name="b")
    shifted = (
        mg.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], name="A") + b
    )  # broadcast: J has a row per entry of the sum
    y = np.sum(np.tanh(shifted))
    run = mg.trace(y)
    live = Rerun(y, run)
    found = details(live, live.forward({}))
    checked = 0
    for frame in run.frames:
        if frame["kind"] == "message" and "jacobian" in found[frame["edge"]]:
            matrix = np.array(found[frame["edge"]]["jacobian"])
            upstream = np.ravel(frame["upstream"].get("values", frame["upstream"].get("scalar")))
            assert matrix.T @ upstream == pytest.approx(np.ravel(frame["message"]["values"]))
            checked += 1
    assert checked == 3


def test_large_jacobians_and_single_numbers_are_left_out():
    x, y = mg.Parameter(2.0, name="x"), mg.Parameter(np.ones(9), name="y")
    assert "jacobian" not in told(x * 3.0)["x", "multiply"]
    assert "jacobian" not in told(np.sum(y * y))["y", "multiply"], "81 entries"


def test_entries_that_are_not_finite_are_words():
    x = mg.Parameter(np.array([0.0, 1.0]), name="x")
    with np.errstate(divide="ignore"):
        y = np.sum(np.log(x))
    assert told(y)["x", "log"]["jacobian"][0][0] == "inf"


def test_only_edges_with_a_message_are_told():
    x, data = mg.Parameter(2.0, name="x"), mg.tensor(3.0, name="data")
    assert set(told(x * data)) == {("x", "multiply")}


def test_a_rule_is_shown_as_it_stands():
    found = source_of(np.multiply, 0)
    assert found["where"].startswith("minigrad.rules.elementwise, line ")
    assert "lambda g, y: g * y" in found["lines"]
    whole = source_of(np.matmul, 0)["lines"]
    assert whole.startswith("def ")
    assert len(whole.splitlines()) <= 13


def test_a_function_of_the_students_own_shows_its_backward():
    class Cube(mg.Function):
        def forward(self, inputs):
            return inputs[0] ** 3

        def backward(self, inputs, output, output_diff):
            """Three x squared."""
            return [3 * inputs[0] ** 2 * output_diff]

    x = mg.Parameter(np.array([1.0, 2.0]), name="x")
    found = told(np.sum(Cube()(x)))["x", "Cube"]
    assert "return [3 * inputs[0] ** 2 * output_diff]" in found["lines"]
    assert "Three" not in found["lines"]
    assert found["jacobian"] == [[3.0, 0.0], [0.0, 12.0]]


def test_the_widget_has_them_and_renews_them():
    x = mg.Parameter(np.array([1.0, 2.0]), name="x")
    stepper = BackpropStepper(np.sum(x * x))
    before = stepper.details["e0"]["jacobian"]
    stepper.edits = {"n": 1, "values": {"n0": [5.0, 2.0]}, "wiggle": None}
    assert (before, stepper.details["e0"]["jacobian"]) == ([[1.0, 0.0], [0.0, 2.0]], [[5.0, 0.0], [0.0, 2.0]])
    assert BackpropStepper(mg.trace(np.sum(x * x))).details == {}


def test_frozen_graphs_have_details_too():
    x = mg.Parameter(np.array([1.0, -1.0]), name="x")
    stepper = BackpropStepper(np.sum(x * x.detach()))
    assert stepper.frozen
    assert stepper.details["e0"]["lines"]


def test_a_call_with_several_results_has_a_panel_too():
    q, r = np.linalg.qr(mg.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True, name="a"))
    stepper = BackpropStepper(np.sum(q) + np.sum(r), names=None)
    assert len(stepper.details) == sum(frame["kind"] == "message" for frame in stepper.trace["frames"])
