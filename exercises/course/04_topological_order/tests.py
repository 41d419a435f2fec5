"""Hidden tests of exercise 04. `student` has the submission's names; `rng` and `seeds` are fresh per grading.

`pytest exercises` runs them on the solution, `minigrad grade` on a submission in its own process.
"""

import pytest

from exercises.checks import graphs, passes
from exercises.checks.graphs import EARLY, EARLY_AT

SANDBOX = {"engine": False}  # the backward pass is to be written, not asked for
SIZES = [4, 6, 9, 14, 20, 30]


SQUARE = {"f": ["add", "s", "x"], "s": ["multiply", "x", "x"], "x": []}
TWO = {"f": ["multiply", "x", "y"], "g": ["sin", "h"], "h": ["add", "x", "x"], "x": [], "y": []}


def fresh(rng):
    """A graph with ways of different lengths (random ones need not have any), in every order, with new values."""
    orders = [list(EARLY), list(EARLY)[::-1], [list(EARLY)[i] for i in rng.permutation(len(EARLY))]]
    for names in orders:
        yield {name: EARLY[name] for name in names}, {name: float(rng.uniform(0.5, 1.5)) for name in EARLY_AT}


@pytest.mark.points(2)
def test_topological_order(student, rng):
    """Topological order: any order in which everyone comes after its arguments"""
    for n in SIZES:
        passes.order_is_right(student.topological_order, graphs.random_graph(rng, n)[0])
    for graph, _ in fresh(rng):
        passes.order_is_right(student.topological_order, graph)


@pytest.mark.points(1)
def test_topological_order_large(student):
    """Topological order: deep graphs, and graphs with very many ways"""
    passes.order_is_right(student.topological_order, graphs.chain(1200))
    passes.order_is_right(student.topological_order, graphs.ladder(60))


@pytest.mark.points(1)
def test_topological_order_cycle(student, rng):
    """Topological order: a cycle is refused"""
    graph, _ = graphs.random_graph(rng, 9)
    name = next(name for name in graphs.sorted_names(graph) if graph[name])
    graph[name] = ["add", graph[name][1], "out"]  # and out is computed from name, directly or not
    while name not in graphs.needed({**graph, name: []}, "out"):
        graph["out"] = ["add", graph["out"][1], name]
    passes.cycle_is_refused(student.topological_order, graph)
    passes.cycle_is_refused(student.topological_order, {"a": ["sin", "a"]})


@pytest.mark.points(2)
def test_forward_pass(student, rng):
    """Forward pass: the values of all names"""
    for n in SIZES:
        passes.forward_is_right(student.forward_pass, *graphs.random_graph(rng, n))
    for graph, leaves in fresh(rng):
        passes.forward_is_right(student.forward_pass, graph, leaves)


@pytest.mark.points(2)
def test_too_early(student, rng):
    """Too early: who sends before all users have sent"""
    for n in SIZES[:4]:
        graph, _ = graphs.random_graph(rng, n)
        names = graphs.sorted_names(graph)
        passes.early_is_right(student.too_early, graph, names[::-1])
        passes.early_is_right(student.too_early, graph, names)
        for _ in range(4):
            passes.early_is_right(student.too_early, graph, [names[i] for i in rng.permutation(n)])


@pytest.mark.points(3)
def test_backward_pass(student, rng):
    """Backward pass: the gradients of all names that the output needs"""
    passes.backward_is_right(student.backward_pass, SQUARE, {"x": rng.uniform(1, 2)}, "f")
    for graph, leaves in fresh(rng):
        passes.backward_is_right(student.backward_pass, graph, leaves, "f")
    for n in SIZES:
        passes.backward_is_right(student.backward_pass, *graphs.random_graph(rng, n), "out")


@pytest.mark.points(1)
def test_backward_pass_middle(student, rng):
    """Backward pass: from a node in the middle, and with values that are used twice"""
    for n in SIZES[1:4]:
        graph, leaves = graphs.random_graph(rng, n)
        middle = graphs.sorted_names(graph)[-2]
        passes.backward_is_right(student.backward_pass, graph, leaves, middle)
    for graph, leaves in fresh(rng):
        passes.backward_is_right(student.backward_pass, graph, leaves, "w")
    for output in ("f", "g"):
        passes.backward_is_right(
            student.backward_pass, TWO, {"x": rng.uniform(1, 2), "y": rng.uniform(1, 2)}, output
        )
    passes.backward_is_right(student.backward_pass, graphs.ladder(20), {"n0": rng.uniform(1, 2)}, "n19")
