"""Elementwise calls that belong together become one kernel: which ones, in what order; and nothing else changes."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad.compiled.straightline import StraightLine
from minigrad.fusion import MOST, FusedProgram, fused, stages
from minigrad.kernels import Kernel, fusible
from tests.minigrad.devices.kernels import COMPILER, ElementwiseKernel
from tests.minigrad.devices.test_kernels import Call, call, leaf

needs_a_compiler = pytest.mark.skipif(
    COMPILER is None, reason="there is no C++ compiler that could run the kernels"
)


def other(name, fun, *args):
    """A call that is not elementwise."""
    array = fun(*[getattr(a, "array", a) for a in args])
    return Call(name=name, fun=fun, args=args, kwargs={}, shape=array.shape, dtype=array.dtype, array=array)


def names(steps):
    return [[c.name for c in step.outputs] if isinstance(step, Kernel) else step.name for step in steps]


def chain():
    """h = tanh(x @ w + b), and the mean of its squares, to and fro."""
    x, w, b = leaf("x", np.ones((4, 3))), leaf("w", np.ones((3, 2))), leaf("b", np.ones(2))
    t1 = other("t1", np.matmul, x, w)
    t2 = call("t2", np.add, t1, b)
    t3 = call("t3", np.tanh, t2)
    t4 = call("t4", np.multiply, t3, t3)
    t5 = other("t5", np.sum, t4)
    t6 = call("t6", np.subtract, 1.0, t4)
    t7 = call("t7", np.multiply, t6, t3)
    t8 = other("t8", np.matmul, x.__class__(**{**vars(x), "array": x.array}), w)
    t9 = other("t9", np.transpose, t7)
    return [t1, t2, t3, t4, t5, t6, t7, t8, t9]


def test_stages():
    assert list(stages(chain()).values()) == [1, 2, 2, 2, 3, 2, 2, 1, 3]


def test_a_chain_is_one_kernel_and_writes_what_others_read():
    calls = chain()
    steps = fused(calls, [calls[2]])
    assert names(steps) == ["t1", "t8", ["t3", "t4", "t7"], "t5", "t9"]
    assert [a.name for a in steps[2].inputs] == ["t1", "b"]


def test_shapes_are_kernels_of_their_own_the_smaller_ones_first():
    x, y = leaf("x", np.ones((2, 3))), leaf("y", np.ones(3))
    a1, a2 = call("a1", np.exp, y), call("a2", np.add, y, y)
    b1 = call("b1", np.multiply, x, x)
    b2 = call("b2", np.multiply, b1, a1)
    a3 = call("a3", np.multiply, a1, a2)
    b3 = call("b3", np.add, b2, a3)
    assert names(fused([b1, a1, a2, b2, a3, b3], [b3])) == [["a1", "a3"], ["b3"]]


def test_a_single_call_stays_what_it_is():
    x = leaf("x", np.ones(3))
    t1 = call("t1", np.exp, x)
    t2 = other("t2", np.cumsum, t1)
    assert names(fused([t1, t2], [t2])) == ["t1", "t2"]


def test_a_kernel_takes_no_more_arrays_than_its_arguments_can_hold():
    leaves = [leaf(f"x{k}", np.ones(3)) for k in range(100)]
    calls = [call("t0", np.exp, leaves[0])]
    for k, x in enumerate(leaves[1:], 1):
        calls.append(call(f"t{k}", np.add, calls[-1], x))
    steps = fused(calls, [calls[-1]])
    assert len(steps) > 1
    assert all(len(step.inputs) + len(step.outputs) <= MOST for step in steps)


def run(steps, inputs):
    """The steps by NumPy, a kernel line by line; fails if something is needed before it is there."""
    values = dict(inputs)

    def made(c):
        return c.fun(*[values[a.name] if hasattr(a, "fun") else a for a in c.args])

    with np.errstate(all="ignore"):
        for step in steps:
            if isinstance(step, Kernel):
                lines = {c.name: c for c in step.calls}
                own = {**{a.name: values[a.name] for a in step.inputs if hasattr(a, "fun")}}
                before, values = values, own
                for name, c in lines.items():
                    values[name] = made(c)
                values = {**before, **{c.name: own[c.name] for c in step.outputs}}
            else:
                values[step.name] = made(step)
    return values


ELEMENTWISE = [np.add, np.multiply, np.tanh, np.negative, np.maximum, np.subtract]
OTHERS = [np.sum, np.transpose, np.ravel, lambda x: np.sum(x, axis=0), lambda x: np.reshape(x, x.shape[::-1])]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_random_programs(data):
    """Whatever depends on whatever: everything is there when it is needed, once, and the values are the same."""
    values = [
        leaf(f"x{k}", np.random.default_rng(k).normal(size=s))
        for k, s in enumerate([(2, 3), (3,), (2, 1), ()])
    ]
    inputs, calls = {x.name: x.array for x in values}, []
    for k in range(data.draw(st.integers(1, 25))):
        if data.draw(st.booleans()):
            fun = data.draw(st.sampled_from(ELEMENTWISE))
            arguments = [data.draw(st.sampled_from(values)) for _ in range(fun.nin)]
            try:
                made = call(f"t{k}", fun, *arguments)
            except ValueError:  # shapes that do not fit
                continue
        else:
            made = other(f"t{k}", data.draw(st.sampled_from(OTHERS)), data.draw(st.sampled_from(values)))
        calls.append(made)
        values.append(made)
    wanted = [c for c in calls if data.draw(st.booleans())]
    steps = fused(calls, wanted)
    inside = [c for step in steps for c in (step.calls if isinstance(step, Kernel) else [step])]
    assert sorted(c.name for c in inside) == sorted(c.name for c in calls)
    found = run(steps, inputs)
    for c in wanted:
        np.testing.assert_allclose(found[c.name], c.array, rtol=1e-12)


# Whole graphs -------------------------------------------------------------------------------------------------


def network(x, w, b, v):
    h = np.maximum(x @ w + b, 0.0)
    y = mg.sigmoid(h @ v)
    return np.mean((y - 0.25) ** 2) + 0.01 * np.sum(w * w)


def values():
    rng = np.random.default_rng(0)
    return {
        name: rng.normal(size=s) for name, s in {"x": (6, 4), "w": (4, 5), "b": (5,), "v": (5, 2)}.items()
    }


def graph(device, dtype=np.float64):
    data = {name: mg.tensor(a, dtype=dtype, device=device) for name, a in values().items()}
    return mg.Graph(network, **{name: t if name == "x" else mg.Parameter(t) for name, t in data.items()})


@needs_a_compiler
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_graph_as_kernels(dtype, elsewhere):
    program = FusedProgram(StraightLine(graph("cuda", dtype)._program()))
    here = graph("cpu", dtype)
    before = ElementwiseKernel.launched
    for factor in (1.0, -0.5):
        arrays = {name: (factor * a).astype(dtype) for name, a in values().items()}
        value, gradients = program.run(*[elsewhere.array(a) for a in arrays.values()])
        expected = here.forward(**arrays)
        np.testing.assert_allclose(float(value), expected.item(), rtol=1e-5)
        for name, g in here.backward().items():
            assert gradients[name].dtype == dtype
            np.testing.assert_allclose(gradients[name].get(), g.numpy(), rtol=1e-4, atol=1e-6)
    kernels = [step for step in program.steps if isinstance(step, Kernel)]
    if elsewhere.kind == "strict":
        assert ElementwiseKernel.launched - before == 2 * len(kernels)


@needs_a_compiler
def test_fewer_launches(elsewhere):
    line = StraightLine(graph("cuda")._program())
    elementwise = sum(map(fusible, line.calls))
    steps = FusedProgram(line).steps
    kernels = [step for step in steps if isinstance(step, Kernel)]
    assert elementwise >= 15
    assert len(kernels) <= 6
    assert len(steps) <= len(line.calls) - elementwise + len(kernels) + 4


@needs_a_compiler
def test_the_text_can_be_read(elsewhere):
    def fn(x, w):
        return np.sum(np.tanh(x * w) * x)

    x, w = (mg.tensor(np.ones(3, np.float32), device="cuda") for _ in range(2))
    text = FusedProgram(StraightLine(mg.Graph(fn, x=x, w=mg.Parameter(w))._program())).text
    assert "def forward_backward(x, w):" in text
    assert "# kernel_1: float32 x, float32 w" in text
    assert "tanh(" in text


@needs_a_compiler
def test_results_are_the_callers_own(elsewhere):
    """Not inputs, not constants, not the same array twice, not what the next run writes to."""

    def fn(x, w):
        return np.sum(x * w + w)

    x = mg.tensor(np.arange(3.0), device="cuda")
    program = FusedProgram(StraightLine(mg.Graph(fn, x=x, w=mg.Parameter(x * 1.0))._program()))
    a, b = elsewhere.array(np.arange(3.0)), elsewhere.array(np.ones(3))
    _, first = program.run(a, b)
    kept = first["w"].get()
    first["w"][...] = -7.0
    _, second = program.run(a, b)
    np.testing.assert_array_equal(second["w"].get(), kept)
    np.testing.assert_array_equal(a.get(), np.arange(3.0))


@needs_a_compiler
def test_memory_is_let_go_of(elsewhere):
    program = FusedProgram(StraightLine(graph("cuda")._program()))
    assert program.text.count("del ") >= 3


@needs_a_compiler
def test_a_convolutional_network(elsewhere):
    rng = np.random.default_rng(0)

    def fn(x, w, u):
        h = mg.nn.functional.max_pool2d(np.tanh(mg.nn.functional.conv2d(x, w)), 2)
        return np.mean(np.square(h.reshape(2, -1) @ u) - 1.0)

    arrays = {
        "x": rng.normal(size=(2, 1, 6, 6)),
        "w": rng.normal(size=(3, 1, 3, 3)),
        "u": rng.normal(size=(12, 2)),
    }
    make = lambda name: mg.Graph(
        fn, **{k: (mg.Parameter if k != "x" else mg.tensor)(a, device=name) for k, a in arrays.items()}
    )
    program = FusedProgram(StraightLine(make("cuda")._program()))
    value, gradients = program.run(*[elsewhere.array(a) for a in arrays.values()])
    here = make("cpu")
    assert math.isclose(float(value), here.forward().item(), rel_tol=1e-9)
    for name, g in here.backward().items():
        np.testing.assert_allclose(gradients[name].get(), g.numpy(), rtol=1e-8, atol=1e-12)


@needs_a_compiler
def test_functions_of_every_kind_between_kernels(elsewhere):
    """Of several results, of lists of arrays, of the user's own; indices, comparisons, constants."""

    class Cube(mg.Function):
        def forward(self, inputs):
            (x,) = inputs
            return x**3

        def backward(self, inputs, output, output_diff):
            (x,) = inputs
            return [3 * x**2 * output_diff]

    def fn(x, w):
        a, b = np.split(np.tanh(x * w), 2, axis=1)
        both = np.concatenate([a * b, Cube()(b) + 1.0], axis=0)
        picked = np.where(both > 0, both, 0.5 * both)[:, [0, 0, 1]]
        return mg.cross_entropy(np.sort(picked, axis=0), [2, 0, 1, 1])

    arrays = {
        "x": np.random.default_rng(0).normal(size=(2, 4)),
        "w": np.random.default_rng(1).normal(size=(2, 4)),
    }
    make = lambda name: mg.Graph(
        fn, x=mg.tensor(arrays["x"], device=name), w=mg.Parameter(arrays["w"], device=name)
    )
    here, there = make("cpu"), make("cuda").compile()
    for factor in (1.0, -0.5):
        inputs = {name: factor * a for name, a in arrays.items()}
        value, gradients = there(**inputs)
        assert math.isclose(float(value), here.forward(**inputs).item(), rel_tol=1e-12)
        np.testing.assert_allclose(gradients["w"].get(), here.backward()["w"].numpy(), rtol=1e-10)


@needs_a_compiler
def test_compiled_graphs_take_inputs_from_either_side(elsewhere):
    run = mg.Graph(lambda x: np.sum(np.exp(x) * x), x=mg.Parameter([0.5, 1.0], device="cuda")).compile()
    expected = np.sum(np.exp([1.0, 2.0]) * [1.0, 2.0])
    for x in (
        [1.0, 2.0],
        np.array([1.0, 2.0]),
        mg.tensor([1.0, 2.0], device="cuda"),
        elsewhere.array([1.0, 2.0]),
    ):
        value, gradients = run(x=x)
        assert math.isclose(float(value), expected)
        assert type(gradients["x"]).__module__ == "cupy"
    assert "kernel_1" in run.source
    with pytest.raises(ValueError, match=r"The input 'x' has shape \(2,\); the value given has shape \(3,\)"):
        run(x=np.ones(3))
