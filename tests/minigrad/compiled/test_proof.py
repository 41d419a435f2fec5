"""A compiled graph is refused if it does not compute what the graph computes."""

import numpy as np
import pytest

import minigrad as mg
from minigrad.compiled.proof import elsewhere, prove, same
from minigrad.rules import neural


def graph_of(fn, **inputs):
    graph = mg.Graph(fn, **inputs)
    return graph, {name: np.array(leaf.data) for name, leaf in graph.inputs.items()}


def refused(run, match):
    graph, inputs = graph_of(lambda x: np.sin(x) * x, x=mg.Parameter([0.3, 0.7, 1.1]))
    with pytest.raises(mg.UsageError, match=match):
        prove(run(graph.compile()), graph._program_at, inputs)


def test_values_that_are_looked_up_are_refused():
    @mg.primitive
    def scaled(x, n):
        return x * n

    mg.defvjp(scaled, lambda g, n: g * neural.array_of(n))
    graph = mg.Graph(lambda x, n: scaled(x, n).sum(), x=mg.Parameter([1.0, 2.0]), n=np.array([3, 3]))
    with pytest.raises(
        mg.UsageError, match=r"depends on the inputs of this graph in a way that .* cannot follow"
    ):
        graph.compile()  # whole numbers, all equal: only moving them by one shows it


def test_whole_numbers_are_followed():
    graph = mg.Graph(
        lambda x, n: (x * n + np.take(x, n) * (n > 1)).sum(),
        x=mg.Parameter([1.0, 2.0, 3.0]),
        n=np.array([0, 2, 1]),
    )
    run = graph.compile()
    for n in ([0, 2, 1], [1, 1, 2], [2, 0, 0]):
        value, gradients = run(x=[4.0, 5.0, 6.0], n=n)
        assert value == graph.forward(x=[4.0, 5.0, 6.0], n=n).item()
        np.testing.assert_array_equal(gradients["x"], graph.backward()["x"])


def test_a_branch_in_a_rule_is_refused_where_other_inputs_take_the_other():
    with pytest.raises(mg.UsageError, match=r"det sends x.*cannot follow"):
        mg.Graph(lambda x: np.linalg.det(x), x=mg.Parameter([[1.0, 2.0], [2.0, 4.0]])).compile()


def test_kinds_that_depend_on_the_numbers_are_refused():
    """Eigenvalues are complex here, and real elsewhere."""
    with pytest.raises(mg.UsageError, match="cannot follow"):
        mg.Graph(
            lambda x: np.abs(np.linalg.eigvals(x)).sum(), x=mg.Parameter([[1.0, 2.0], [-1.0, 3.0]])
        ).compile()

    def complaining(right):
        def run(x):
            if x[0] != 0.3:
                raise ValueError("not this")
            return right(x=x)

        return run

    refused(complaining, "The shape or kind of a value depends")


def test_wrong_numbers_are_refused():
    refused(lambda right: lambda x: (right(x=x)[0] * 1.001, right(x=x)[1]), "The value depends on the inputs")
    refused(lambda right: lambda x: (right(x=x)[0], {"x": x}), "The gradient for 'x' depends on the inputs")
    refused(lambda right: lambda x: (right(x=x)[0].astype("float32"), right(x=x)[1]), "The value depends")
    refused(lambda right: lambda x: (right(x=x)[0][:2], right(x=x)[1]), "The value depends")


def test_results_that_a_later_run_writes_over_are_refused():
    kept = np.zeros(3)

    def careless(right):
        def run(x):
            value, gradients = right(x=x)
            kept[:] = gradients["x"]
            return value, {"x": kept}

        return run

    refused(careless, "The gradient for 'x' depends")


def test_memory_that_is_not_cleared_is_refused():
    total = np.zeros(3)

    def adding(right):
        def run(x):
            value, gradients = right(x=x)
            np.add(total, gradients["x"], total)
            return value, {"x": total.copy()}

        return run

    refused(adding, "The gradient for 'x' depends")


def test_a_function_that_is_not_defined_elsewhere_is_compared_where_it_is():
    @mg.primitive
    def only_here(x):
        if x[0] != 0.25:
            raise ValueError("not here")
        return x * 3.0

    mg.defvjp(only_here, lambda g: g * 3.0)
    run = mg.Graph(lambda x: only_here(x), x=mg.Parameter([0.25, 1.0])).compile()
    np.testing.assert_array_equal(run(x=[0.25, 2.0])[0], [0.75, 6])


def test_what_is_no_number_in_both_is_equal():
    with np.errstate(invalid="ignore"):
        run = mg.Graph(lambda x: np.log(x), x=mg.Parameter([-1.0, 2.0])).compile()
        value, _ = run(x=[-1.0, 2.0])
    np.testing.assert_array_equal(value, [np.nan, np.log(2)])
    assert not same(np.array([0.0]), np.array([np.nan]), 0.0)
    assert same(np.array([np.inf, np.nan]), np.array([np.inf, np.nan]), 0.0)


def test_rounding_is_no_difference():
    assert same(np.float32([1.0, 1e-3]), np.float32([1.00001, 1e-3]), 1.0)
    assert not same(np.float32([1.0, 1e-3]), np.float32([1.001, 1e-3]), 1.0)
    assert same(np.array([1e-17]), np.array([-3e-17]), 1.0)  # what cancels
    assert not same(np.array([1e-9]), np.array([-3e-9]), 1.0)
    assert not same(np.array([1]), np.array([2]), 2.0)


def test_other_inputs_are_of_the_same_kind():
    inputs = {
        "x": np.float32([[1.0, -2.0]]),
        "n": np.uint8([5, 5]),
        "k": np.array([0, 5]),
        "m": np.array([True, False]),
    }
    moved = list(elsewhere(inputs))
    assert len(moved) == 3
    for other in moved:
        assert {name: (a.shape, a.dtype) for name, a in other.items()} == {
            name: (a.shape, a.dtype) for name, a in inputs.items()
        }
    assert sorted(np.abs(moved[0]["x"][0]).round()) == [1, 2]
    np.testing.assert_array_equal([other["n"][0] for other in moved], [5, 6, 4])
    np.testing.assert_array_equal(moved[1]["k"], [0, 5])
    assert len(list(elsewhere({"k": np.array([0, 5])}))) == 1
