"""What the checks of the course hold for right: against the engine, finite differences, closed forms and brute force.

An exercise is graded against formulas of its own (exercises/checks/…). They must not be wrong in the same way as a
student, so here they meet something that was written independently.
"""

import itertools
import math

import numpy as np
import pytest

import minigrad as mg
from exercises.checks import autograd, broadcasting, building, graphs, higher, numerical, passes, recurrence
from exercises.errors import CheckFailed
from minigrad.differences import Probe

RNG = np.random.default_rng(0)


def measured(fun, *arrays, g=None):
    """The gradients of g · fun, by differences."""
    probe = Probe(fun, [np.array(a, dtype=float) for a in arrays])
    g = np.ones(probe.middle.shape) if g is None else np.asarray(g, dtype=float)
    return [probe.slopes(i, g.reshape(1, -1))[0].central for i in range(len(arrays))]


def test_numerical_wave_has_the_gradient_that_is_claimed():
    w = RNG.uniform(-0.5, 0.5, size=(2, 3))
    assert np.allclose(numerical.wave_gradient(w), measured(numerical.wave, w)[0], rtol=1e-7)


def test_numerical_wrong_gradients_are_wrong_by_more_than_the_tolerance():
    right = numerical.wave_gradient(RNG.uniform(-0.5, 0.5, size=5))
    for said, wrong in numerical.wrong_gradients(right):
        gap = np.abs(wrong - right).max() / max(np.abs(right).max(), np.abs(wrong).max())
        assert not gap < 5e-5, said


@pytest.mark.parametrize("seed", range(20))
def test_graphs_values_and_gradients_are_the_engines(seed):
    rng = np.random.default_rng(seed)
    graph, leaves = graphs.random_graph(rng, int(rng.integers(4, 30)))
    values = graphs.values_of(graph, leaves)
    tensors = {name: mg.tensor(value, requires_grad=True) for name, value in leaves.items()}
    for name in graphs.sorted_names(graph):
        if graph[name]:
            op, *parents = graph[name]
            tensors[name] = getattr(np, op)(*(tensors[parent] for parent in parents))
    assert all(math.isclose(values[name], tensors[name].item(), rel_tol=1e-12) for name in graph)
    back = [name for name in reversed(graphs.sorted_names(graph)) if name in graphs.needed(graph, "out")]
    found = graphs.gradients(graph, values, "out", back)
    assert set(found) == graphs.needed(graph, "out")
    expected = mg.grad(tensors["out"], [tensors[name] for name in found])
    assert np.allclose(list(found.values()), [g.item() for g in expected], rtol=1e-10)


@pytest.mark.parametrize("graph", [graphs.PRODUCT, graphs.LOGARITHM, graphs.EARLY])
def test_orders_every_valid_one_is_accepted_and_no_other(graph):
    for order in itertools.permutations(graph):
        valid = all(order.index(p) < order.index(name) for name, node in graph.items() for p in node[1:])
        student = InPlace(lambda _, order=order: list(order))
        if valid:
            passes.order_is_right(student, graph)
        else:
            with pytest.raises(CheckFailed, match=r"comes before one that it needs|the wrong way round"):
                passes.order_is_right(student, graph)


class InPlace:
    """A function with the `in_place` of a student's function."""

    def __init__(self, fun):
        self.fun = fun

    def in_place(self, *args):
        return self.fun(*args), args


def test_lectures_numbers():
    values = graphs.values_of(graphs.LOGARITHM, graphs.LOGARITHM_AT)
    assert round(values["f"], 3) == 11.652
    back = list(reversed(graphs.sorted_names(graphs.LOGARITHM)))
    found = graphs.gradients(graphs.LOGARITHM, values, "f", back)
    assert [round(found[name], 4) for name in ("x1", "x2")] == [5.5, 1.7163]


@pytest.mark.parametrize(
    "expression", ["x - x", "x / x + y", "exp(x) * tanh(y) - log(x * x) / y", "2 * x - 1 / y"]
)
def test_tiny_is_the_engine(expression):
    at = {"x": RNG.uniform(0.5, 1.5, size=(2, 3)), "y": RNG.uniform(0.5, 1.5, size=(2, 3))}
    g = RNG.normal(size=(2, 3))
    output, leaves = autograd.evaluated(expression, at)
    found = autograd.gradients(output, leaves.values(), g)
    tensors = {name: mg.tensor(value, requires_grad=True) for name, value in at.items()}
    names = {"exp": np.exp, "log": np.log, "tanh": np.tanh, **tensors}
    expected = mg.grad(eval(expression, names), list(tensors.values()), g, allow_unused=True)
    for a, b in zip(found, expected, strict=True):
        assert np.allclose(a, 0.0 if b is None else b.numpy(), atol=1e-12)


def test_recurrence_is_the_engine():
    w, u, h, xs = 0.6, -0.8, 0.3, [1.0, -0.5, 0.25, 2.0]
    to_w, to_u = recurrence.gradients(w, u, xs, h)
    a, b = mg.tensor(w, requires_grad=True), mg.tensor(u, requires_grad=True)
    state = h
    for x in xs:
        state = np.tanh(a * state + b * x)
    assert np.isclose(recurrence.states(w, u, xs, h)[-1], state.item())
    assert np.allclose([sum(to_w), sum(to_u)], [g.item() for g in mg.grad(state, [a, b])])


@pytest.mark.parametrize(("one", "other"), broadcasting.PAIRS)
def test_undone_broadcast_is_the_measured_gradient_of_the_broadcast(one, other):
    wide = np.broadcast_shapes(one, other)
    g = RNG.normal(size=wide)
    for shape in (one, other):
        expected = measured(lambda x: np.broadcast_to(x, wide), np.zeros(shape), g=g)[0]
        assert np.allclose(broadcasting.undone(g, shape), expected)


def test_layer_and_dense_references_are_measured():
    x, W, b, g = RNG.normal(size=(5, 2)), RNG.normal(size=(2, 3)), RNG.normal(size=3), RNG.normal(size=(5, 3))
    broadcasting.layer_is_right(lambda g, *inputs: measured(broadcasting.layer, *inputs, g=g), x, W, b, g)


@pytest.mark.parametrize("block", ["dense", "network"])
def test_building_blocks_references_are_measured(block):
    class Measured:
        """A block whose backward pass is measured."""

        def __init__(self, fun):
            self.fun = fun

        def forward(self, inputs):
            return self.fun(*inputs)

        def backward(self, inputs, output, output_diff):
            return measured(self.fun, *inputs, g=output_diff)

    class Student:
        def Dense(self):
            return Rounded(building.dense)

        def ReLU(self):
            return Rounded(building.relu)

        def SquaredLoss(self):
            return Rounded(building.squared_loss)

    class Rounded(Measured):
        """Its numbers have few digits, so what was measured can be rounded to what is meant."""

        def backward(self, inputs, output, output_diff):
            return [np.round(g, 5) for g in super().backward(inputs, output, output_diff)]

    W = np.array([[1.0, 0.5], [-2.0, 3.0]])
    if block == "dense":
        building.dense_is_right(
            Rounded(building.dense), np.array([1.0, 2.0]), W, np.zeros(2), np.array([0.5, -1.0])
        )
    else:
        arrays = [np.array([1.0, 2.0]), W, np.zeros(2), W.T, np.ones(2), np.array([0.0, 0.5])]
        building.network_is_right(Student(), arrays, 0.5)


@pytest.mark.parametrize("index", range(5))
def test_hessians_are_measured(index):
    f, x = higher.formulas(np.random.default_rng(3))[index]
    rows = [
        measured(lambda z, i=i: np.ravel(higher.gradient(f, z))[i], x)[0].ravel() for i in range(np.size(x))
    ]
    assert np.allclose(higher.hessian(f, x), rows, rtol=1e-6, atol=1e-7)


def test_lectures_second_order_numbers():
    class Student:
        def twice(self, x):
            return np.array([14.7781, 0.0, -806.8576])

    with pytest.raises(CheckFailed, match="wrong value"):  # as printed, it has too few digits ...
        higher.twice_is_right(Student(), np.array([1.0, 2.0, 3.0]))
    Student.twice = lambda self, x: np.array([2 * math.exp(2), 0.0, -2 * math.exp(6)])
    higher.twice_is_right(Student(), np.array([1.0, 2.0, 3.0]))  # ... the formula is
