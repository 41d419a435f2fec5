"""The lens: the terms of each entry of a message, found by calling the function again with numbered entries."""

import numpy as np
import pytest

import minigrad as mg
from visuals import BackpropStepper, to_html
from visuals.stepper.lens import lens_of, lenses
from visuals.stepper.rerun import Rerun

rng = np.random.default_rng(0)


def parameter(name, *shape, dtype=float):
    return mg.Parameter(rng.normal(size=shape).astype(dtype), name=name)


def told(y):
    """The lenses of a graph, by the names of both ends; its run; and the frames of its messages, alike."""
    run = mg.trace(y)
    live = Rerun(y, run)
    found = lenses(live, live.forward({}))
    names = {node["id"]: node["name"] or node["op"] for node in run.nodes}
    ends = {edge["id"]: (names[edge["source"]], names[edge["target"]]) for edge in run.edges}
    sent = {ends[frame["edge"]]: frame for frame in run.frames if frame["kind"] == "message"}
    return {ends[edge]: lens | {"other": names.get(lens.get("other"))} for edge, lens in found.items()}, sent


def entries(summary):
    return np.ravel(summary.get("values", summary.get("scalar"))).astype(float)


def network():
    net = mg.nn.Sequential(mg.nn.Linear(3, 4, rng=rng), mg.nn.ReLU(), mg.nn.Linear(4, 2, rng=rng))
    return mg.cross_entropy(net(mg.tensor(rng.normal(size=(2, 3)), name="X")), np.array([1, 0]))


def convolution():
    return np.sum(mg.nn.Conv2d(1, 2, 2, rng=rng)(parameter("image", 1, 1, 4, 4)) ** 2)


def recurrent():
    w, u, h = parameter("w", 2, 2), parameter("u", 2, 2), mg.tensor(np.zeros(2))
    for x in rng.normal(size=(3, 2)):
        h = np.tanh(h @ w + x @ u)
    return np.sum(h)


GRAPHS = {
    "matmul": lambda: np.sum(np.tanh(parameter("x", 3, 4) @ parameter("w", 4, 2))),
    "vectors": lambda: parameter("x", 5) @ parameter("y", 5),
    "broadcast": lambda: np.sum(np.exp(parameter("x", 2, 3) + parameter("b", 3)) * parameter("s", 2, 1)),
    "divide": lambda: np.sum(parameter("x", 3) / np.exp(parameter("y", 2, 1))),
    "mean": lambda: np.sum(np.mean(parameter("x", 3, 4), axis=0) ** 2),
    "max": lambda: np.sum(np.max(parameter("x", 3, 4), axis=1)),
    "convolve": lambda: np.sum(np.convolve(parameter("signal", 7), parameter("kernel", 3), "valid") ** 2),
    "einsum": lambda: np.sum(np.einsum("ij,jk->ki", parameter("x", 2, 3), parameter("w", 3, 2))),
    "places": lambda: np.sum(parameter("x", 4)[np.array([0, 2, 2])] ** 3),
    "reshape": lambda: np.sum(np.tanh(parameter("x", 2, 3).reshape(3, 2).T)),
    "softmax": network,
    "convolution": convolution,
    "recurrent": recurrent,
}


@pytest.mark.parametrize("name", GRAPHS)
def test_the_terms_add_up_to_the_message(name):
    """Whatever the rule: each entry of each message is the sum over its places of upstream times factor."""
    run = mg.trace(y := GRAPHS[name]())
    live = Rerun(y, run)
    found, checked = lenses(live, live.forward({})), 0
    for frame in run.frames:
        if frame["kind"] != "message" or frame["edge"] not in found:
            continue
        lens, upstream = found[frame["edge"]], entries(frame["upstream"])
        sums = [
            sum(upstream[o] * f for o, f in zip(out, factor, strict=True))
            for out, factor in zip(lens["out"], lens["factor"], strict=True)
        ]
        assert sums == pytest.approx(entries(frame["message"]).tolist(), rel=1e-4, abs=1e-6)
        checked += 1
    assert checked == len(found) > 0


def test_of_a_matrix_product_it_is_a_row_times_a_row_and_a_column_times_a_column():
    found, _ = told(np.sum(np.tanh(parameter("x", 3, 4) @ parameter("w", 4, 2))))
    of_x, of_w = found["x", "matmul"], found["w", "matmul"]
    for i in range(3):
        for j in range(4):  # ∂x[i, j] = Σ_k g[i, k] w[j, k]
            assert of_x["out"][4 * i + j] == [2 * i + k for k in range(2)]
            assert of_x["at"][4 * i + j] == [2 * j + k for k in range(2)]
    for j in range(4):
        for k in range(2):  # ∂w[j, k] = Σ_i x[i, j] g[i, k]
            assert of_w["out"][2 * j + k] == [2 * i + k for i in range(3)]
            assert of_w["at"][2 * j + k] == [4 * i + j for i in range(3)]
    assert (of_x["other"], of_w["other"]) == ("w", "x")


def test_of_a_convolution_it_is_a_window():
    found, _ = told(np.sum(np.convolve(parameter("signal", 7), parameter("kernel", 3), "valid") ** 2))
    of_kernel, of_signal = found["kernel", "convolve"], found["signal", "convolve"]
    assert of_kernel["out"] == [[0, 1, 2, 3, 4]] * 3
    assert of_kernel["at"] == [[2, 3, 4, 5, 6], [1, 2, 3, 4, 5], [0, 1, 2, 3, 4]], "a kernel is turned around"
    assert of_signal["out"][3] == [1, 2, 3]
    assert sorted(of_signal["at"][3]) == [0, 1, 2]


def test_what_was_broadcast_is_summed_along_its_axis():
    found, sent = told(np.sum(np.exp(parameter("x", 2, 3) + parameter("b", 3))))
    assert found["b", "add"]["out"] == [[0, 3], [1, 4], [2, 5]]
    assert found["b", "add"]["factor"] == [[1.0, 1.0]] * 3
    assert sent["b", "add"]["unbroadcast"]["axes"] == [0]
    assert found["x", "add"]["out"] == [[k] for k in range(6)]


def test_the_local_derivative_is_no_entry_of_another_argument():
    found, _ = told(np.sum(parameter("x", 3) / parameter("y", 3)))
    assert found["x", "divide"]["other"] is None
    assert "at" not in found["x", "divide"]


def test_factors_that_stand_nowhere_in_the_picture_have_no_place():
    found, _ = told(np.sum(parameter("x", 3) * np.array([1.0, 2.0, 3.0])))
    assert found["x", "multiply"]["factor"] == [[1.0], [2.0], [3.0]]
    single, _ = told(np.sum(parameter("x", 2, dtype=np.float32) @ parameter("w", 2, 2, dtype=np.float32)))
    assert single["x", "matmul"]["at"] == [[0, 1], [2, 3]]


def test_a_product_with_itself_keeps_both_sides_apart():
    x = parameter("x", 2, 2)
    run = mg.trace(np.sum(x @ x))
    live = Rerun(np.sum(x @ x), run)
    left, right = (lenses(live, live.forward({}))[edge] for edge in ("e0", "e1"))
    assert (left["at"], right["at"]) == ([[0, 1], [2, 3]] * 2, [[0, 2], [0, 2], [1, 3], [1, 3]])


def test_numbers_and_large_arrays_have_none():
    assert told(parameter("x") * parameter("y"))[0] == {}
    assert told(np.sum(parameter("x", 65)))[0] == {}
    dense = parameter("x", 8, 8)
    matrix = mg.tensor(np.ones((64, 64)))
    wide = matrix @ dense.reshape(64)
    assert lens_of(wide.node, 1, [matrix, dense.reshape(64)], wide) is None, "4096 terms"


def test_a_function_of_the_students_own_is_seen_through_its_own_backward():
    class Wrong(mg.Function):
        """Twice x, with a rule that is wrong: the lens shows what the rule does."""

        def forward(self, inputs):
            return 2 * inputs[0]

        def backward(self, inputs, output, output_diff):
            return [5 * output_diff]

    found, _ = told(np.sum(Wrong()(parameter("x", 2))))
    assert found["x", "Wrong"]["factor"] == [[5.0], [5.0]]


def test_a_function_that_refuses_to_run_again_costs_nothing_but_its_lens():
    class Once(mg.Function):
        calls = 0

        def forward(self, inputs):
            Once.calls += 1
            if Once.calls > 2:
                raise RuntimeError("not again")
            return 2 * inputs[0]

        def backward(self, inputs, output, output_diff):
            return [2 * output_diff]

    y = np.sum(Once()(parameter("x", 2)))
    run = mg.trace(y)
    live = Rerun(y, run)
    made = live.forward({})
    assert set(lenses(live, made)) == {"e1"}


def test_the_widget_and_the_page_have_them(tmp_path):
    x, w = mg.Parameter([[1.0, 2.0]], name="x"), mg.Parameter([[1.0], [2.0]], name="w")
    stepper = BackpropStepper(np.sum(np.maximum(x @ w, 0.0)))
    assert stepper.lenses["e0"]["at"] == [[0], [1]]
    assert BackpropStepper(mg.trace(np.sum(x @ w))).lenses == {}
    assert to_html(np.sum(x @ w), tmp_path / "x.html").stat().st_size > 0


def test_they_follow_a_change_of_the_inputs():
    x = mg.Parameter([1.0, 2.0], name="x")
    stepper = BackpropStepper(np.sum(np.maximum(x, 0.0)))
    assert stepper.lenses["e0"]["out"] == [[0], [1]]
    stepper.edits = {"n": 1, "values": {stepper.leaves[0]: [-1.0, 2.0]}, "wiggle": None}
    assert stepper.lenses["e0"]["out"] == [[], [1]], "the mask is another one"


def test_two_layers_whose_weights_have_one_name_can_be_run_again():
    stepper = BackpropStepper(network())
    assert stepper.frozen == ""
    assert sum(node["name"] == "W" for node in stepper.trace["nodes"]) == 2
    assert len(stepper.lenses) >= 8


def test_several_results_at_once_have_none():
    values, vectors = np.linalg.eigh(mg.Parameter([[2.0, 1.0], [1.0, 3.0]], name="x"))
    y = np.sum(values) + np.sum(vectors**2)
    run = mg.trace(y)
    live = Rerun(y, run)
    several = {node["id"] for node in run.nodes if node["op"] == "eigh"}
    found = lenses(live, live.forward({}))
    assert found
    assert not {edge["id"] for edge in run.edges if {edge["source"], edge["target"]} & several} & set(found)
