"""The trace: the graph and what happens in it, as JSON-able data."""

import json

import numpy as np
import pytest

import minigrad as mg
from minigrad.ruletext import rule_text
from minigrad.summary import summarize


def leaf(value, name=None):
    return mg.tensor(value, requires_grad=True, name=name)


def example():
    x, y, z = leaf(-2.0, "x"), leaf(5.0, "y"), leaf(-4.0, "z")
    q = x + y
    return q * z, {"q": q}


def final(run):
    """The state after all frames."""
    state = {}
    for frame in run.frames:
        for key, change in frame["set"].get("nodes", {}).items():
            state.setdefault(key, {}).update(change)
    return {node["name"]: state[node["id"]] for node in run.nodes}


def test_nodes_stand_behind_what_they_use_and_have_kinds():
    w, x = mg.Parameter([[1.0, 2.0]], name="W"), mg.tensor([1.0, 1.0], name="x")
    run = mg.trace((w @ x).sum())
    assert [(n["name"], n["kind"], n["symbol"]) for n in run.nodes] == [
        ("W", "parameter", ""), ("x", "data", ""), ("", "function", "@"), ("", "function", "Σ"),
    ]  # fmt: skip
    place = {node["id"]: k for k, node in enumerate(run.nodes)}
    assert all(place[e["source"]] < place[e["target"]] for e in run.edges)
    assert run.output == run.nodes[-1]["id"]


def test_every_message_is_upstream_times_local():
    f, names = example()
    run = mg.trace(f, names={**names, "f": f})
    messages = [frame for frame in run.frames if frame["kind"] == "message"]
    told = [(m["upstream"]["scalar"], m["local"]["scalar"], m["message"]["scalar"]) for m in messages]
    assert told == [(1, -4, -4), (1, 3, 3), (-4, 1, -4), (-4, 1, -4)]
    assert [m["rule"] for m in messages] == ["g * y", "g * x", "g", "g"]
    assert messages[0]["sentence"] == "f sends q: upstream 1 × local −4 = −4."
    assert [frame["kind"] for frame in run.frames] == ["forward"] * 5 + ["seed"] + ["message"] * 4 + ["done"]


def test_each_use_of_a_node_has_its_own_message_and_accumulation():
    x = leaf(3.0, "x")
    run = mg.trace(x * x + x)
    kinds = [frame["kind"] for frame in run.frames if frame["kind"] in ("message", "accumulate")]
    assert kinds == ["message", "message", "accumulate", "message", "accumulate", "message", "accumulate"]
    added = [frame for frame in run.frames if frame["kind"] == "accumulate"]
    assert added[0]["before"] is None
    assert [a["after"]["scalar"] for a in added] == [1, 4, 7]
    assert len({e["id"] for e in run.edges if e["source"] == run.nodes[0]["id"]}) == 3


def test_the_last_state_holds_the_gradients_that_backward_gives():
    rng = np.random.default_rng(0)
    x, w, b = (
        mg.tensor(rng.normal(size=(3, 4)), name="x"),
        leaf(rng.normal(size=(4, 2)), "w"),
        leaf(np.zeros(2), "b"),
    )
    loss = mg.relu(x @ w + b).mean()
    state = final(mg.trace(loss))
    assert w.grad is None  # recording touches no gradient
    loss.backward()
    np.testing.assert_allclose(state["w"]["grad"]["values"], w.grad)
    np.testing.assert_allclose(state["b"]["grad"]["values"], b.grad)
    assert "grad" not in state["x"]


def test_broadcasting_is_undone_in_one_visible_step():
    x, b = mg.tensor(np.ones((2, 3)), name="x"), leaf(np.zeros(3), "b")
    run = mg.trace((x + b).sum())
    (message,) = [f for f in run.frames if f["kind"] == "message" and f["unbroadcast"]]
    assert message["unbroadcast"] == {"axes": [0], "from": [2, 3], "to": [3]}
    assert "summed over axis 0, along which b was broadcast" in message["sentence"]


def test_a_gradient_that_was_not_computed_is_none_and_never_zero():
    f, _ = example()
    assert [node["grad"] for node in mg.trace(f).nodes] == [None] * 5
    f.backward()
    assert [node["grad"]["scalar"] for node in mg.trace(f).nodes] == [-4, -4, -4, 3, 1]
    data = mg.tensor(2.0, name="data")
    g = leaf(1.0, "w") * data
    g.backward()
    assert {n["name"]: n["grad"] and n["grad"]["scalar"] for n in mg.trace(g).nodes} == {
        "w": 2,
        "data": None,
        "": 1,
    }


def test_forgotten_values_are_computed_again():
    x = leaf([1.0, 2.0], "x")
    y = x + 1.0
    z = y * 2.0
    del y
    run = mg.trace(z.sum())
    assert run.nodes[1]["value"]["values"] == [2, 3]


def test_a_trace_after_an_update_in_place_is_refused():
    w = leaf([1.0, 2.0], "w")
    loss = (w + 1.0).sum()
    w.data -= 0.5
    with pytest.raises(mg.StaleValueError, match="Tensor 'w' was changed in place after add used it"):
        mg.trace(loss)


def test_names_come_from_the_tensors_or_from_a_dictionary():
    a = leaf(1.0)
    b = a * 2
    named = mg.trace(b, names={"a": a, "b": b, "_hidden": a})
    assert [n["name"] for n in named.nodes] == ["a", "b"]
    a.name, b.name = "first", "second"
    assert [n["name"] for n in mg.trace(b, names={"a": a}).nodes] == ["first", "second"]


def test_constants_are_part_of_the_sign_or_data():
    x = leaf([1.0, 2.0], "x")
    run = mg.trace((np.array([3.0, 4.0]) * x**2 * 0.5).sum())
    assert [(n["kind"], n["symbol"]) for n in run.nodes] == [
        ("parameter", ""), ("function", "^ 2"), ("data", ""), ("function", "×"), ("function", "× 0.5"),
        ("function", "Σ"),
    ]  # fmt: skip
    run = mg.trace(np.sum(x[0:1], axis=0))
    assert [n["detail"] for n in run.nodes] == ["", "[0:1]", "axis=0"]


def test_json_round_trip_and_numbers_that_json_lacks():
    x = leaf([1.0, 0.0, -1.0], "x")
    with np.errstate(all="ignore"):
        run = mg.trace((x / np.array([0.0, 0.0, 0.0])).sum())
    text = run.to_json()
    assert json.loads(text)["version"] == 1
    assert mg.Trace.from_json(text).to_dict() == run.to_dict()
    assert run.nodes[2]["value"]["values"] == ["inf", "nan", "-inf"]


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "it is not JSON"), ("[1]", "no trace of version 1"), ('{"version": 9}', "its version is 9")],
)
def test_what_is_no_trace(text, message):
    with pytest.raises(mg.UsageError, match=message):
        mg.Trace.from_json(text)


def test_trace_of_something_else():
    with pytest.raises(TypeError, match="needs a Tensor, the result of a computation; it got a float"):
        mg.trace(1.0)


def test_large_values_are_summarised():
    about = summarize(np.arange(96 * 96.0).reshape(96, 96))
    assert "values" not in about
    assert np.shape(about["thumbnail"]) == (16, 16)
    assert np.mean(about["thumbnail"]) == pytest.approx(about["mean"])
    assert np.shape(summarize(np.zeros((2, 3, 4)))["thumbnail"]) == (6, 4)
    assert summarize(np.zeros((0, 3)))["text"] == "0×3, empty"


def test_student_written_functions_are_traced():
    class Double(mg.Function):
        calls = 0

        def forward(self, inputs):
            return 2 * inputs[0]

        def backward(self, inputs, output, output_diff):
            Double.calls += 1
            return [2 * output_diff]

    x = leaf(5.0, "x")
    run = mg.trace(Double()(x))
    message = next(f for f in run.frames if f["kind"] == "message")
    assert (message["local"]["scalar"], message["message"]["scalar"]) == (2, 2)
    assert run.nodes[1]["op"] == "Double"
    assert Double.calls == 1


def test_a_second_order_graph_is_traced():
    x = leaf(2.0, "x")
    (g,) = mg.grad(x * x * x, x, create_graph=True)
    assert final(mg.trace(g))["x"]["grad"]["scalar"] == pytest.approx(12)


def test_a_leaf_and_a_vector_can_be_traced():
    assert [f["kind"] for f in mg.trace(mg.tensor(1.0)).frames] == ["forward", "done"]
    run = mg.trace(leaf([1.0, 2.0], "x") * 3.0)
    assert final(run)["x"]["grad"]["values"] == [3, 3]
    run = mg.trace(leaf([1.0, 2.0], "x") * 3.0, gradient=[1.0, 0.0])
    assert final(run)["x"]["grad"]["values"] == [3, 0]


def test_the_text_of_a_rule_is_its_source():
    assert rule_text(np.multiply, 0) == "g * y"
    assert rule_text(np.sin, 0) == "g * np.cos(x)"
    assert (rule_text(np.maximum, 0), rule_text(np.maximum, 1)) == (
        "g * (x > y) + g * (x == y) * 0.5",
        "g * (x < y) + g * (x == y) * 0.5",
    )
    assert rule_text(np.divide, 1) == "-g * out / y"
    assert rule_text(np.matmul, 1) == "xᵀ @ g"
    assert rule_text(np.where, 0) == "no gradient"
    assert rule_text(np.stack, 3) == "g[(slice(None),) * (axis % g.ndim) + (i,)]"


def test_a_number_may_be_the_seed_of_a_scalar():
    x = mg.tensor(3.0, requires_grad=True, name="x")
    message = next(frame for frame in mg.trace(x * 5.0, 2.0).frames if frame["kind"] == "message")
    assert (message["upstream"]["scalar"], message["message"]["scalar"]) == (2.0, 10.0)


def test_a_function_of_the_user_may_take_an_array_with_one_entry():
    class Twice(mg.Function):
        def forward(self, inputs):
            return 2 * inputs[0]

        def backward(self, inputs, output, output_diff):
            return [2 * output_diff]

    x = mg.tensor([1.0], requires_grad=True, name="x")
    messages = [f for f in mg.trace(np.sum(Twice()(x))).frames if f["kind"] == "message"]
    assert messages[-1]["message"]["scalar"] == 2.0
