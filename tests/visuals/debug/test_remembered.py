"""Tape memory: what is kept, whose value it is, for which rule, and until when; the same bytes as by another count."""

from __future__ import annotations

import numpy as np
import pytest

import minigrad as mg
from visuals.debug import tape
from visuals.debug.remembered import in_words
from visuals.plots.memory import tape_memory


def leaf(value, name):
    return mg.tensor(value, requires_grad=True, name=name)


def test_nothing_is_kept_that_no_rule_names():
    x = leaf(np.ones(100), "x")
    report = tape(np.sum(x + 1.0))
    assert report.saved == []
    assert str(report) == "The tape remembers nothing: no rule of this graph reads a value."


def test_a_result_is_kept_from_its_call_to_its_message():
    x = leaf(np.ones(100), "x")
    h = np.tanh(x + 1.0)
    (one,) = tape(np.sum(h)).saved
    assert (one.name, one.shape, one.bytes) == ("h", (100,), 800)
    assert one.reasons == ("h: g * (1 − out * out)".replace("−", "-"),)
    frames = mg.trace(np.sum(h), names={"h": h}).frames
    assert frames[one.begin - 1]["sentence"].startswith("h = tanh")
    assert frames[one.end - 1]["sentence"].startswith("h sends")


def test_a_value_that_several_rules_read_is_kept_once():
    x = leaf(np.ones(50), "x")
    h = np.exp(x)
    report = tape(np.sum(h * np.sin(h)))
    by = {one.name: one for one in report.saved}
    assert len(by["h"].reasons) == 3, "exp reads its result; both × and sin read their argument"
    assert sorted(by) == ["h", "sin"]
    assert "of 4 values are not needed again" in report.sentence


def test_leaves_are_there_anyway():
    x, w = leaf(np.ones((2, 3)), "x"), leaf(np.ones((3, 2)), "w")
    assert tape(np.sum(x @ w)).saved == []


def test_a_function_of_the_students_keeps_everything():
    class Double(mg.Function):
        def forward(self, inputs):
            return 2.0 * inputs[0]

        def backward(self, inputs, output, output_diff):
            return [2.0 * output_diff]

    x = leaf(np.ones(10), "x")
    report = tape(np.sum(Double()(x * 3.0)))
    assert {one.name for one in report.saved} == {"× 3", "Double"}
    assert all("backward(…) may read all" in one.reasons[-1] for one in report.saved)


GRAPHS = {
    "mlp": lambda x, w: np.sum(np.tanh(x @ w) ** 2),
    "attention": lambda x, w: np.sum(mg.softmax(x @ w @ (x @ w).T) * 2.0),
    "reused": lambda x, w: np.sum(np.exp(x) * np.exp(x) / (1.0 + np.exp(-x))) + np.sum(w * w),
    "slices": lambda x, w: np.sum(np.maximum(x[:, 1:], 0.0) @ w[1:] * 3.0),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_the_bytes_are_those_of_the_other_count(name):
    """`visuals.plots.tape_memory` counts by node; at the end of each call, both must agree."""
    rng = np.random.default_rng(0)
    loss = GRAPHS[name](leaf(rng.normal(size=(4, 5)), "x"), leaf(rng.normal(size=(5, 5)), "w"))
    report, other = tape(loss), tape_memory(loss)
    assert sum(one.bytes for one in report.saved) == max(report.bytes) == other.held
    trace = mg.trace(loss)
    functions = {node["id"] for node in trace.nodes if node["kind"] == "function"}
    forward = [
        k for k, f in enumerate(trace.frames, 1) if f["kind"] == "forward" and f["active"][0] in functions
    ]
    assert [report.bytes[k] for k in forward] == other.needed[: len(forward)].tolist()
    assert report.bytes[-1] == 0


def test_gradients_are_counted_while_they_are_needed():
    x = leaf(np.ones(1000), "x")
    loss = np.sum(np.tanh(x * 2.0))
    report = tape(loss)
    seed = next(k for k, f in enumerate(mg.trace(loss).frames, 1) if f["kind"] == "seed")
    assert set(report.gradients[:seed]) == {0}
    assert report.gradients[seed] == 8
    assert report.gradients[-1] == 8000, "that of x stays"
    assert max(report.gradients) == 16000, "one arrives, one is being sent"
    assert report.peak == max(map(sum, zip(report.bytes, report.gradients, strict=True)))


def test_the_stepper_has_a_curve_to_follow():
    x = leaf(np.ones(8), "x")
    stepper = tape(np.sum(np.tanh(x))).stepper
    found = stepper.findings["tape"]
    assert stepper.view == "tape"
    assert len(found["gradients"]) == len(stepper) + 1
    assert {one["node"] for one in found["arrays"]} <= {node["id"] for node in stepper.trace["nodes"]}


def test_a_long_list_is_cut_in_the_text():
    x = leaf(np.ones(3), "x")
    for _ in range(50):
        x = np.tanh(x)
    assert str(tape(np.sum(x), names=None)).splitlines()[-1] == "  … and 10 more"


def test_what_has_no_tape_is_refused():
    with pytest.raises(TypeError, match=r"tape looks at the graph of a Tensor, but got .*tape\(loss\)"):
        tape(np.ones(3))


@pytest.mark.parametrize(("size", "text"), [(0, "0 bytes"), (1023, "1023 bytes"), (3 * 1024**2, "3 MiB")])
def test_sizes_are_said_as_people_say_them(size, text):
    assert in_words(size) == text
