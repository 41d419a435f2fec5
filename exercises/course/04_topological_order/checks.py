"""Public checks of exercise 04: what `exercises.check` runs in a student's notebook.

Each is a generator that announces a step with `yield` and then takes it; a step that fails raises. Students
may read this file: it gives away neither the answers nor the numbers of the hidden tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from exercises.checks import graphs, passes
from exercises.checks.graphs import EARLY, EARLY_AT, LOGARITHM, LOGARITHM_AT, PRODUCT, PRODUCT_AT

SQUARE = {"f": ["add", "s", "x"], "s": ["multiply", "x", "x"], "x": []}
UNUSED = {"f": ["multiply", "x", "y"], "g": ["sin", "x"], "x": [], "y": [], "z": []}


def _picture(graph: dict, at: dict, **options: Any) -> Any:
    """A stepper of a graph that is a dict, made of the engine's own operations."""
    import numpy as np

    import minigrad as mg
    import visuals

    tensors = {name: mg.tensor(value, requires_grad=True, name=name) for name, value in at.items()}
    for name in graphs.sorted_names(graph):
        if graph[name]:
            operation, *parents = graph[name]
            tensors[name] = getattr(np, operation)(*(tensors[parent] for parent in parents))
            tensors[name].name = name
    return visuals.BackpropStepper(tensors["f"], **options)


def target_topological_order() -> Any:
    return _picture(LOGARITHM, LOGARITHM_AT)


def target_too_early() -> Any:
    return _picture(EARLY, EARLY_AT, mode="predict", ask="order")


def target_backward_pass() -> Any:
    return _picture(LOGARITHM, LOGARITHM_AT, mode="predict", ask="gradients")


def check_topological_order(student: Any) -> Iterator[str]:
    sort = student.topological_order
    yield "(x + y) · z"
    passes.order_is_right(sort, PRODUCT)
    yield "ln x1 + x1 x2 - sin x2"
    passes.order_is_right(sort, LOGARITHM)
    yield "a value that is used twice, and values that nobody uses"
    passes.order_is_right(sort, SQUARE)
    passes.order_is_right(sort, UNUSED)
    yield "ways of different lengths"
    passes.order_is_right(sort, EARLY)
    passes.order_is_right(sort, dict(reversed(EARLY.items())))
    yield "a graph that is 3,100 nodes deep"
    passes.order_is_right(sort, graphs.chain(3100))
    yield "a cycle"
    passes.cycle_is_refused(sort, {"x": [], "a": ["add", "x", "b"], "b": ["sin", "a"]})


def check_forward_pass(student: Any) -> Iterator[str]:
    run = student.forward_pass
    yield "(x + y) · z at (-2, 5, -4)"
    passes.forward_is_right(run, PRODUCT, PRODUCT_AT)
    yield "ln x1 + x1 x2 - sin x2 at (2, 5)"
    passes.forward_is_right(run, LOGARITHM, LOGARITHM_AT)
    yield "values that are used twice, or by nobody"
    passes.forward_is_right(run, SQUARE, {"x": 3.0})
    passes.forward_is_right(run, UNUSED, {"x": 3.0, "y": 0.5, "z": 1.0})


def check_too_early(student: Any) -> Iterator[str]:
    answer = student.too_early
    yield "f, w, v, u, x, y: nobody"
    passes.early_is_right(answer, EARLY, ["f", "w", "v", "u", "x", "y"])
    yield "f, u, w, v, x, y: only u"
    passes.early_is_right(answer, EARLY, ["f", "u", "w", "v", "x", "y"])
    yield "other orders"
    passes.early_is_right(answer, EARLY, ["f", "w", "u", "v", "x", "y"])
    passes.early_is_right(answer, EARLY, ["f", "w", "x", "v", "u", "y"])
    passes.early_is_right(answer, EARLY, ["x", "y", "u", "v", "w", "f"])


def check_backward_pass(student: Any) -> Iterator[str]:
    run = student.backward_pass
    yield "(x + y) · z at (-2, 5, -4)"
    passes.backward_is_right(run, PRODUCT, PRODUCT_AT, "f")
    yield "ln x1 + x1 x2 - sin x2 at (2, 5)"
    passes.backward_is_right(run, LOGARITHM, LOGARITHM_AT, "f")
    yield "x² + x, with both factors the same x"
    passes.backward_is_right(run, SQUARE, {"x": 3.0}, "f")
    yield "ways of different lengths"
    passes.backward_is_right(run, EARLY, EARLY_AT, "f")
    passes.backward_is_right(run, dict(reversed(EARLY.items())), EARLY_AT, "f")
    yield "names that have nothing to do with the output"
    passes.backward_is_right(run, UNUSED, {"x": 3.0, "y": 0.5, "z": 1.0}, "f")
