"""A recorded run is a snapshot: whatever happens afterwards, it tells what happened then."""

import copy
import pickle
import sys
import warnings

import numpy as np
import pytest

import minigrad as mg
from minigrad.node import tick
from minigrad.recorder import SMALL


def leaf(value, name=None):
    return mg.tensor(value, requires_grad=True, name=name)


def network():
    """A small graph of everything that a snapshot must keep: leaves, constants, indices, options."""
    x, w = leaf([[1.0, -2.0], [0.5, 3.0]], "x"), leaf([1.0, 2.0], "w")
    constant, index, mask = np.array([0.5, 2.0]), np.array([1, 0]), np.array([True, False])
    y = np.tanh(x @ w) * constant
    loss = np.sum(y[index, ...] * np.sum(x, axis=1, where=mask))
    return loss, {"x": x, "w": w, "constant": constant, "index": index, "mask": mask, "y": y}


def told(loss):
    """The trace as it is told at once."""
    return mg.trace(loss).told().to_dict()


def overwrite_leaves(parts):
    parts["x"].data -= 100.0
    parts["w"].data[...] = 7.0


def replace_leaf(parts):
    parts["w"].data = np.array([5.0, 5.0])


def overwrite_constants(parts):
    parts["constant"][...] = -1.0
    parts["index"][...] = 0
    parts["mask"][...] = True


def rename(parts):
    parts["x"].name, parts["y"].name, parts["w"].name = "other", "named later", None


def set_gradients(parts):
    parts["x"].grad = np.ones((2, 2))


def hook(parts):
    parts["y"].register_hook(lambda g: 10 * g)


def freeze(parts):
    parts["w"].requires_grad = False


@pytest.mark.parametrize(
    "change", [overwrite_leaves, replace_leaf, overwrite_constants, rename, set_gradients, hook, freeze]
)
def test_no_later_change_reaches_a_trace(change):
    loss, parts = network()
    expected = told(loss)
    run = mg.trace(loss)
    change(parts)
    assert run.to_dict() == expected


def test_a_later_backward_pass_does_not_show_in_an_earlier_trace():
    loss, parts = network()
    loss.backward()
    expected, run = told(loss), mg.trace(loss)
    before = next(node["grad"]["values"] for node in run.nodes if node["name"] == "x")
    run, again = mg.trace(loss), mg.trace(loss)
    loss.backward()
    parts["w"].grad.data[...] = 0.0
    assert run.to_dict() == again.to_dict() == expected
    now = next(node["grad"]["values"] for node in mg.trace(loss).nodes if node["name"] == "x")
    np.testing.assert_allclose(now, 2 * np.array(before))


def test_a_rule_that_is_replaced_later_does_not_show():
    x = leaf([0.5, 1.0], "x")
    run = mg.trace(np.sin(x).sum())
    mg.defvjp(np.sin, lambda g, x: g * 42.0)
    assert [frame["rule"] for frame in run.frames if frame["kind"] == "message"][1] == "g * np.cos(x)"
    assert [frame["rule"] for frame in mg.trace(np.sin(x).sum()).frames if frame["kind"] == "message"][
        1
    ] == "g * 42.0"


def test_names_given_as_a_dictionary_are_those_of_that_moment():
    a = leaf(2.0)
    names = {"a": a}
    run = mg.trace(a * a, names=names)
    names["b"] = names.pop("a")
    assert run.nodes[0]["name"] == "a"


def test_a_value_that_was_used_twice_with_new_data_in_between_is_told_as_it_was_used():
    w = leaf([1.0, 2.0], "w")
    first = w * 2.0
    w.data = w.data + 1.0
    run = mg.trace((first * w).sum())
    w.data = w.data * 0.0
    assert [n["value"]["values"] for n in run.nodes[:3]] == [[2, 3], [2, 4], [4, 12]]


def test_what_is_told_later_gives_no_warning():
    x = leaf([0.0, 1.0], "x")
    with np.errstate(all="ignore"):
        run = mg.trace((np.log(x) / x).sum())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert run.nodes[1]["value"]["values"] == ["-inf", 0]
        assert run.frames


def test_a_told_trace_holds_no_array_and_no_graph():
    loss, _ = network()
    run = mg.trace(loss)
    assert "_record" in vars(run)
    run.told()
    assert sorted(vars(run)) == ["edges", "frames", "nodes", "output", "version"]


@pytest.mark.parametrize("entries", [SMALL, SMALL + 1])
def test_large_arrays_are_told_at_once_and_not_kept(entries):
    run = mg.trace(np.tanh(leaf(np.ones(entries))))
    assert ("_record" in vars(run)) is (entries <= SMALL)
    assert ("frames" in vars(run)) is (entries > SMALL)


def test_code_of_the_users_runs_when_the_trace_is_made_and_once():
    calls = []

    class Twice(mg.Function):
        def forward(self, inputs):
            calls.append("forward")
            return 2 * inputs[0]

        def backward(self, inputs, output, output_diff):
            calls.append("backward")
            return [2 * output_diff]

    x = leaf(3.0)
    y = Twice()(x)
    x.register_hook(lambda g: calls.append("hook"))
    run = mg.trace(y)
    assert calls == ["forward", "backward", "hook"]
    assert run.frames[-2]["message"]["scalar"] == 2
    assert calls == ["forward", "backward", "hook"]


def test_hooks_show_in_the_messages():
    x = leaf(3.0, "x")
    y = x * x
    y.register_hook(lambda g: 10 * g)
    run = mg.trace(y + 0.0)
    assert [frame["upstream"]["scalar"] for frame in run.frames if frame["kind"] == "message"] == [1, 10, 10]


def test_functions_with_several_results_are_traced():
    x = leaf(np.arange(6.0), "x")
    first, second = np.split(x, 2)
    run = mg.trace((first * second).sum())
    final = [f for f in run.frames if f["kind"] == "message" and f["set"].get("nodes", {}).get("n0")]
    assert final[-1]["after"]["values"] == [3, 4, 5, 0, 1, 2]


def test_recording_asks_little_of_each_node():
    """Python calls while recording, so that a slower way is noticed on any machine."""
    x = y = leaf([0.1, 0.2])
    for _ in range(200):
        y = np.tanh(y * 1.5) + x
    y = y.sum()
    calls = 0

    def count(frame, event, arg):
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        mg.trace(y)
    finally:
        sys.setprofile(None)
    assert calls < 2 * 601


def test_equality_copies_and_pickles():
    loss, _ = network()
    run, other = mg.trace(loss), mg.trace(loss)
    assert run == other
    assert run != mg.trace(loss * 2.0)
    assert run != "a trace"
    for twin in (
        copy.copy(run),
        copy.deepcopy(run),
        pickle.loads(pickle.dumps(run)),
        mg.Trace(**run.to_dict()),
    ):
        assert twin == run
        assert twin.to_json() == run.to_json()
    with pytest.raises(TypeError, match="unhashable"):
        hash(run)
    assert repr(run) == "<Trace of n9: 10 nodes, 10 edges, 23 frames>"


def test_a_trace_cannot_be_rewritten():
    run = mg.trace(leaf(1.0) * 2.0)
    with pytest.raises(AttributeError, match=r"its frames cannot be replaced\. Record another one"):
        run.frames = []


def test_the_group_of_a_node_is_the_path_of_module_calls_around_it():
    def layer(x, name, outer=None):
        begin = outer or tick()
        y = np.tanh(x * leaf(2.0, f"w of {name}"))
        y.node.noted().scopes += ((begin, tick(), name),)
        return y

    x = mg.tensor(1.0, name="x")
    begin = tick()
    first = layer(x, "layers.0")
    inner = tick()
    second = layer(first, "layers.1")
    second.node.noted().scopes += ((inner - 1, tick(), "block"),)  # a module whose result is its child's
    second.node.noted().scopes += ((begin, tick(), "net"),)
    run = mg.trace(second + 1.0)
    assert [(n["name"] or n["symbol"], n["group"]) for n in run.nodes] == [
        ("x", ""),
        ("w of layers.0", "net/layers.0"),
        ("×", "net/layers.0"),
        ("tanh", "net/layers.0"),
        ("w of layers.1", "net/block/layers.1"),
        ("×", "net/block/layers.1"),
        ("tanh", "net/block/layers.1"),
        ("+ 1", ""),
    ]


def test_a_parameter_of_two_modules_stands_in_the_one_around_both():
    w, begin = leaf(2.0, "w"), tick()
    a = w * 3.0
    a.node.noted().scopes = ((begin, tick(), "first"),)
    middle = tick()
    b = a * w
    b.node.noted().scopes = ((middle, tick(), "second"), (begin, tick(), "net"))
    assert [n["group"] for n in mg.trace(b).nodes] == ["net", "net/first", "net/second"]


def test_without_modules_there_are_no_groups():
    assert {node["group"] for node in mg.trace(network()[0]).nodes} == {""}
