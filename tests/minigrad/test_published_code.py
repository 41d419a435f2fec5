"""Programs in the style of micrograd and of the lectures run with another import line."""

import random

import numpy as np
import pytest

import minigrad as mg
from minigrad.scalar import Value


def test_an_expression_as_in_micrograds_readme():
    a, b = Value(-4.0), Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    assert f"{g.data:.4f}" == "24.7041"
    g.backward()
    assert f"{a.grad:.4f}" == "138.8338"
    assert f"{b.grad:.4f}" == "645.5773"


def test_values_that_are_no_numbers():
    with pytest.raises(ValueError, match=r"a single number; for an array of shape \(2,\) write mg\.tensor"):
        Value([1.0, 2.0])


class Neuron:
    """A neuron of scalars, as micrograd builds them."""

    def __init__(self, n, rng, nonlinear=True):
        self.w, self.b, self.nonlinear = [Value(rng.uniform(-1, 1)) for _ in range(n)], Value(0), nonlinear

    def __call__(self, x):
        act = sum((w * v for w, v in zip(self.w, x, strict=True)), self.b)
        return act.relu() if self.nonlinear else act

    def parameters(self):
        return [*self.w, self.b]


def test_a_network_of_scalars_learns_with_the_usual_loop():
    rng = random.Random(1)
    hidden, last = [Neuron(2, rng) for _ in range(6)], Neuron(6, rng, nonlinear=False)
    data = [((0, 0), -1), ((0, 1), 1), ((1, 0), 1), ((1, 1), -1)]
    parameters = [p for neuron in [*hidden, last] for p in neuron.parameters()]
    for _ in range(120):
        loss = sum((1 + -y * last([n(x) for n in hidden])).relu() for x, y in data) * 0.25
        for p in parameters:
            p.grad = None
        loss.backward()
        for p in parameters:
            if p.grad is not None:
                p.data -= 0.1 * p.grad
    assert loss.item() < 0.05
    assert all((last([n(x) for n in hidden]).item() > 0) == (y > 0) for x, y in data)


# The lectures' forward / backward interface -----------------------------------------------------------------


class AddGate(mg.Function):
    def forward(self, inputs):
        return inputs[0] + inputs[1]

    def backward(self, inputs, output, output_diff):
        return [output_diff, output_diff]


class MultiplyGate(mg.Function):
    """Keeps its inputs in self, as the slides do."""

    def forward(self, inputs):
        self.x, self.y = inputs
        return self.x * self.y

    def backward(self, inputs, output, output_diff):
        return [self.y * output_diff, self.x * output_diff]


class ComputationalGraph:
    """The slides' graph: gates in topological order, each with the names of its inputs and of its output."""

    def __init__(self, *gates):
        self.gates = gates

    def forward(self, **inputs):
        self.values = dict(inputs)
        for gate, sources, target in self.gates:
            self.values[target] = gate.forward([self.values[name] for name in sources])
        return self.values[target]

    def backward(self):
        grads = {self.gates[-1][2]: 1.0}
        for gate, sources, target in reversed(self.gates):
            inputs = [self.values[name] for name in sources]
            for name, g in zip(
                sources, gate.backward(inputs, self.values[target], grads[target]), strict=True
            ):
                grads[name] = grads.get(name, 0.0) + g
        return grads


def test_the_slides_graph_runs_its_gates_and_agrees_with_the_engine():
    gates = [(AddGate(), "xy", "q"), (MultiplyGate(), "qz", "f")]
    graph = ComputationalGraph(*gates)
    assert graph.forward(x=-2.0, y=5.0, z=-4.0) == -12
    grads = graph.backward()
    assert [grads[name] for name in "xyzq"] == [-4, -4, 3, -4]
    x, y, z = (mg.tensor(v, requires_grad=True) for v in (-2.0, 5.0, -4.0))
    MultiplyGate()(AddGate()(x, y), z).backward()
    assert [t.grad.item() for t in (x, y, z)] == [-4, -4, 3]


class SigmoidLayer(mg.Function):
    """In Caffe's form: bottom_diff = top_diff · σ (1 - σ), from the output that is there already."""

    def forward(self, bottom):
        return 1.0 / (1.0 + np.exp(-bottom[0]))

    def backward(self, bottom, top, top_diff):
        return [top_diff * top * (1.0 - top)]


class ReLU(mg.Function):
    def forward(self, inputs):
        return np.maximum(inputs[0], 0)

    def backward(self, inputs, output, output_diff):
        return [(inputs[0] > 0) * output_diff]


class Dense(mg.Function):
    """z = Wᵀx + b, with the gradient that the mathematics of the text gives."""

    def forward(self, inputs):
        x, w, b = inputs
        return w.T @ x + b

    def backward(self, inputs, output, output_diff):
        x, w, _ = inputs
        return [w @ output_diff, np.expand_dims(x, 1) * output_diff, output_diff]


@pytest.mark.parametrize("layer", [SigmoidLayer(), ReLU()], ids=lambda f: type(f).__name__)
def test_caffe_style_layers_at_both_orders(layer):
    x = np.array([[0.3, -1.2, 2.0]])
    mg.gradcheck(layer, [x])
    mg.gradgradcheck(layer, [x])


def test_a_network_of_building_blocks_with_shared_weights():
    """Two dense layers that share W but not b: W receives two gradients, their sum is used."""
    rng = np.random.default_rng(0)
    x, w = mg.tensor(rng.normal(size=3)), mg.Parameter(rng.normal(size=(3, 3)))
    b1, b2 = mg.Parameter(rng.normal(size=3)), mg.Parameter(rng.normal(size=3))
    ours = (Dense()(ReLU()(Dense()(x, w, b1)), w, b2) ** 2).sum()
    plain = ((w.T @ mg.relu(w.T @ x + b1) + b2) ** 2).sum()
    for a, b in zip(mg.grad(ours, [w, b1, b2]), mg.grad(plain, [w, b1, b2]), strict=True):
        np.testing.assert_allclose(a, b)
    mg.gradgradcheck(Dense(), [rng.normal(size=3), rng.normal(size=(3, 2)), rng.normal(size=2)])


def test_a_student_function_works_in_a_trace_a_graph_and_a_program():
    x = mg.tensor([0.5, -1.0], requires_grad=True, name="x")
    loss = (SigmoidLayer()(x) * 3.0).sum()
    assert "SigmoidLayer" in [node["op"] for node in mg.trace(loss).nodes]
    graph = mg.Graph(loss)
    graph.forward(x=[0.0, 0.0])
    np.testing.assert_allclose(graph.backward()["x"], [0.75, 0.75])
    assert "SigmoidLayer.forward([x])" in graph.source()
    np.testing.assert_allclose(graph.compile()(x=np.zeros(2))[1]["x"], [0.75, 0.75])
