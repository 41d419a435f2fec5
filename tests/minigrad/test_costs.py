"""What the engine spends on one operation, counted instead of timed, so that a busy machine cannot hide a regression.

Each bound is what the engine needs today. A change that raises one has to buy something worth more; then raise the
bound here, knowingly. Times are measured by `python -m tests.benchmarks`.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import minigrad as mg

MANY = 200


def calls(run: Callable) -> int:
    """How many Python functions `run` calls, itself included. Functions written in C do not count."""
    count = 0

    def note(frame, event, arg):
        nonlocal count
        count += event == "call"

    with without_collector():  # others may have asked to be called when it runs
        sys.setprofile(note)
        try:
            run()
        finally:
            sys.setprofile(None)
    return count


@contextmanager
def without_collector() -> Iterator[None]:
    """The garbage collector would run, and count, wherever it pleases."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def memory(run: Callable) -> int:
    """The bytes that the result of `run` holds on to."""
    for _ in range(3):
        run()  # what is made once, tables and compiled rules, is made now
    with without_collector():
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            result = run()
            held = tracemalloc.get_traced_memory()[0] - before
            assert result is not None
            return held
        finally:
            tracemalloc.stop()


def chain(step: Callable, n: int = MANY, start: Any = (1.0, 2.0, 3.0, 4.0)) -> mg.Tensor:
    y = mg.tensor(start, requires_grad=True)
    for _ in range(n):
        y = step(y)
    return y


W = mg.Parameter([1.1, 0.9, 1.0, 1.2])
SQUARE = mg.Parameter(np.eye(4) + 0.1)

# Per operation: the operator itself; for NumPy's functions also `__array_ufunc__`, for others the way through `apply`.
FORWARD = {
    "y * W": (lambda y: y * W, 1),
    "y + 1": (lambda y: y + 1, 2),
    "2 * y": (lambda y: 2 * y, 3),
    "-y": (lambda y: -y, 1),
    "np.tanh(y)": (lambda y: np.tanh(y), 2),
    "y.tanh()": (lambda y: y.tanh(), 1),
    "np.multiply(y, W)": (lambda y: np.multiply(y, W), 2),
}


@pytest.mark.parametrize("name", FORWARD)
def test_python_calls_of_a_recorded_operation(name):
    step, bound = FORWARD[name]
    chain(step, 2)
    one, many = (calls(lambda n=n: chain(step, n)) for n in (MANY, 2 * MANY))
    assert (many - one) / MANY <= bound + 1  # one more for the lambda of the chain


# Per operation: for every message the line that calls the rule, and the rule.
BACKWARD = {
    "y * SQUARE": (lambda y: y * SQUARE, 4),
    "y + 1": (lambda y: y + 1, 2),
    "np.tanh(y)": (lambda y: np.tanh(y), 2),
    "y @ SQUARE": (lambda y: y @ SQUARE, 10),
}


@pytest.mark.parametrize("name", BACKWARD)
def test_python_calls_of_a_backward_pass(name):
    step, bound = BACKWARD[name]
    ones = np.ones((4, 4))
    chain(step, 2, ones).backward(ones)
    outputs = [chain(step, n, ones) for n in (MANY, 2 * MANY)]
    one, many = (calls(lambda y=y: y.backward(ones)) for y in outputs)
    assert (many - one) / MANY <= bound


def test_bytes_of_a_node():
    held = memory(lambda: chain(lambda y: y + W))
    assert held / MANY < 400  # a node, its two tuples, its shape and its number


def test_a_sum_keeps_no_values_and_a_product_keeps_both():
    size = 10_000
    x = mg.tensor(np.ones(size), requires_grad=True)
    array = 8 * size
    kept = {
        "x + x + x + x": (lambda: ((x + x) + x) + x, 1),  # the result alone
        "tanh(tanh(x))": (
            lambda: np.tanh(np.tanh(x)),
            2,
        ),  # what the rule of each tanh reads is its own result
        "(x * x) * (x * x)": (lambda: (x * x) * (x * x), 3),
        "2 * (2 * (2 * x))": (lambda: 2 * (2 * (2 * x)), 1),
    }
    for name, (run, arrays) in kept.items():
        assert memory(run) < (arrays + 0.1) * array, name


def test_a_backward_pass_leaves_nothing_behind():
    x = mg.tensor(np.ones(1000), requires_grad=True)

    def step() -> bool:
        np.sum(np.tanh(x * x) + x).backward()
        x.grad = None
        return True

    assert memory(step) < 4000  # half of one array


def test_a_graph_is_freed_without_the_garbage_collector():
    def step() -> None:
        np.sum(chain(lambda y: np.tanh(y * W) + y)).backward()

    step()  # what is made once is made now
    with without_collector():
        before = len(gc.get_objects())
        step()
        assert len(gc.get_objects()) - before < 20


def test_recording_costs_nothing_under_no_grad():
    with mg.no_grad():
        held = memory(lambda: chain(lambda y: y * W))
    assert held < 1000  # the last result, and no graph


def test_watching_costs_nothing_when_nobody_watches():
    y = chain(lambda y: y * W)
    ones = np.ones(4)
    y.backward(ones)
    plain = calls(lambda: y.backward(ones))
    mg.trace(y)
    assert calls(lambda: y.backward(ones)) == plain


LAZY = (
    "cupy",
    "matplotlib",
    "IPython",
    "ipywidgets",
    "anywidget",
    "pygraphviz",
    "jupyterlab",
    "visuals",
    "exercises",
)


def test_import_brings_nothing_that_is_not_used():
    program = f"import sys, minigrad; print(*(m for m in {LAZY} if m in sys.modules), len(sys.modules))"
    listed = "import sys, numpy; print(len(sys.modules))"
    run = [
        subprocess.run([sys.executable, "-c", p], capture_output=True, text=True, check=True)
        for p in (program, listed)
    ]
    *found, modules = run[0].stdout.split()
    assert found == []
    assert int(modules) - int(run[1].stdout) < 90
