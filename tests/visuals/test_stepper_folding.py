"""Modules folded into boxes, and the kinds of graphs that a lecture steps through."""

import itertools

import numpy as np
import pytest

import minigrad as mg
from visuals import BackpropStepper, to_html
from visuals.stepper.export import page
from visuals.stepper.folding import MOST, folded, modules, pictures


def rng():
    return np.random.default_rng(0)


def scalars():
    x, y = mg.Parameter(-2.0, name="x"), mg.Parameter(5.0, name="y")
    return np.tanh(x * y + x) * y, [x, y]


def mlp():
    random = rng()
    net = mg.nn.Sequential(mg.nn.Linear(3, 4, rng=random), mg.nn.ReLU(), mg.nn.Linear(4, 2, rng=random))
    return mg.cross_entropy(
        net(mg.tensor(random.normal(size=(2, 3)), name="X")), np.array([1, 0])
    ), net.parameters()


def convolution():
    random = rng()
    net = mg.nn.Sequential(
        mg.nn.Conv2d(1, 2, 2, rng=random), mg.nn.ReLU(), mg.nn.Flatten(), mg.nn.Linear(18, 2, rng=random)
    )
    return np.sum(net(mg.tensor(random.normal(size=(1, 1, 4, 4)), name="image")) ** 2), net.parameters()


def through_time():
    random = rng()
    cell, h = mg.nn.RNNCell(2, 3, rng=random), mg.tensor(np.zeros((1, 3)), name="h0")
    for k, x in enumerate(random.normal(size=(3, 1, 2))):
        h = cell(mg.tensor(x, name=f"x{k}"), h)
    return np.sum(h * h), cell.parameters()


def siamese():
    """One network for two inputs: each weight is used twice."""
    random = rng()
    tower = mg.nn.Sequential(mg.nn.Linear(3, 2, rng=random), mg.nn.Tanh())
    left, right = (tower(mg.tensor(random.normal(size=(1, 3)), name=n)) for n in ("left", "right"))
    return np.sum((left - right) ** 2), tower.parameters()


def second_order():
    """The square of a derivative, differentiated once more."""
    x = mg.Parameter(1.5, name="x")
    [slope] = mg.grad(x**3 + np.sin(x), [x], create_graph=True)
    return slope * slope, [x]


def own_function():
    class Cube(mg.Function):
        def forward(self, inputs):
            return inputs[0] ** 3

        def backward(self, inputs, output, output_diff):
            return [3 * inputs[0] ** 2 * output_diff]

    x = mg.Parameter([1.0, -2.0], name="x")
    return np.sum(Cube()(x) * x), [x]


KINDS = {
    f.__name__: f for f in (scalars, mlp, convolution, through_time, siamese, second_order, own_function)
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_graph_is_stepped_to_the_gradients_of_the_engine(kind, tmp_path):
    loss, leaves = KINDS[kind]()
    expected = mg.grad(loss, list(leaves))
    stepper = BackpropStepper(loss)
    last = {}
    for frame in stepper.trace["frames"]:
        for i, change in frame["set"].get("nodes", {}).items():
            last[i] = change.get("grad") or last.get(i)
    found = [last[n["id"]] for n in stepper.trace["nodes"] if n["kind"] == "parameter" and last.get(n["id"])]
    norms = sorted(s["norm"] if "norm" in s else abs(s["scalar"]) for s in found)
    assert norms == pytest.approx(sorted(float(np.linalg.norm(g.numpy())) for g in expected))
    assert to_html(loss, tmp_path / "x.html").stat().st_size < 400_000


def test_the_parameters_of_a_module_are_inside_it_and_its_data_are_not():
    loss, _ = mlp()
    run = mg.trace(loss)
    found = modules(run)
    assert [module["title"] for module in found] == ["layers.0", "layers.2"], "a ReLU alone is no box of many"
    kinds = {node["id"]: node["op"] or node["name"] for node in run.nodes}
    assert [[kinds[i] for i in module["members"]] for module in found] == [["W", "matmul", "b", "add"]] * 2
    assert all(module["id"] == module["members"][-1] for module in found)


def test_calls_that_follow_each_other_are_one_box():
    loss, _ = through_time()
    run = mg.trace(loss)
    [cell] = modules(run)
    outside = {
        node["name"] for node in run.nodes if node["id"] not in cell["members"] and node["kind"] == "data"
    }
    assert outside >= {"h0", "x0", "x1", "x2"}


def test_a_tower_that_is_called_twice_is_two_boxes_that_share_their_weights():
    loss, _ = siamese()
    run = mg.trace(loss)
    found = modules(run)
    assert [module["title"] for module in found] == ["layers.0, call 1", "layers.0, call 2"]
    weights = {n["id"] for n in run.nodes if n["kind"] == "parameter"}
    assert not weights & {i for module in found for i in module["members"]}, (
        "both use them: they are in neither"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_folded_graph_has_no_cycle_and_loses_no_edge_between_its_boxes(kind):
    run = mg.trace(KINDS[kind]()[0])
    found = modules(run)
    for count in range(len(found) + 1):
        for chosen in itertools.combinations(found, count):
            small = folded(run, chosen)
            place = {node["id"]: k for k, node in enumerate(small.nodes)}
            assert all(place[edge["source"]] < place[edge["target"]] for edge in small.edges)
            home = {i: module["id"] for module in chosen for i in module["members"]}
            crossing = {
                edge["id"] for edge in run.edges
                if home.get(edge["source"], edge["source"]) != home.get(edge["target"], edge["target"])
            }  # fmt: skip
            assert {edge["id"] for edge in small.edges} == crossing
            assert len(small.nodes) == len(run.nodes) - sum(len(m["members"]) - 1 for m in chosen)


def test_there_is_a_picture_for_all_and_for_all_but_one_and_for_one():
    loss, _ = mlp()
    run = mg.trace(loss)
    a, b = (module["id"] for module in modules(run))
    drawn = pictures(run, modules(run))
    assert set(drawn) == {f"{a} {b}", a, b}
    assert drawn[f"{a} {b}"].count('class="mg-node ') == len(run.nodes) - 6
    assert "4 nodes" in drawn[a]


def test_of_very_many_modules_there_is_one_picture():
    random = rng()
    net = mg.nn.Sequential(*(mg.nn.Linear(2, 2, rng=random) for _ in range(MOST + 1)))
    run = mg.trace(np.sum(net(mg.tensor(np.ones((1, 2)), name="X"))))
    [key] = pictures(run, modules(run))
    assert len(key.split()) == MOST + 1


def test_the_widget_and_the_page_have_the_pictures_where_nothing_is_asked():
    loss, _ = mlp()
    stepper = BackpropStepper(loss)
    assert len(stepper.modules) == 2
    assert stepper.folded == []
    stepper.folded = [stepper.modules[0]["id"]]
    assert stepper.get_state()["folded"] == stepper.folded
    for mode in ("predict", "order"):
        assert BackpropStepper(loss, mode=mode).pictures == {}
    assert BackpropStepper(scalars()[0]).modules == []
    assert "layers.0" not in page(mg.trace(scalars()[0]))
