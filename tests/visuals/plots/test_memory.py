"""The memory of a graph: what is counted is what Python's allocator sees."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

import minigrad as mg
from visuals.plots import caption, tape_curve, tape_memory

N = 10_000
BYTES = 8 * N


def leaf() -> Any:
    return mg.tensor(np.linspace(0.1, 1.0, N), requires_grad=True, name="x")


@pytest.mark.parametrize(
    ("fun", "added"),
    [
        (lambda x: x + 1.0 + 2.0, [0, 0]),  # sums remember nothing
        (lambda x: np.exp(np.tanh(x)), [BYTES, BYTES]),  # results
        (
            lambda x: np.log(np.sin(x)),
            [0, BYTES],
        ),  # sin needs x, which is there anyway; log needs what sin gave
        (lambda x: (x * 2.0) * (x * 3.0), [0, 0, 2 * BYTES]),  # both factors
        (
            lambda x: np.exp(x) * np.exp(x),
            [BYTES, BYTES, 0],
        ),  # what exp keeps, multiply keeps too: counted once
        (lambda x: np.reshape(np.exp(x), (100, 100)) * 2.0 * 3.0, [BYTES, 0, 0, 0]),
        (
            lambda x: np.tanh(x)[:10] * np.tanh(x)[10:20],
            [BYTES, 0, BYTES, 0, 0],
        ),  # a view holds what it is a view of
    ],
)
def test_a_node_adds_what_its_rules_need(fun: Any, added: list[int]) -> None:
    tape = tape_memory(fun(leaf()))
    assert tape.added.tolist() == added
    assert tape.held == sum(added)


def test_the_allocator_agrees() -> None:
    rng = np.random.default_rng(0)
    layers = [layer for k in range(4) for layer in (mg.nn.Linear(64, 64, rng), mg.nn.Tanh())]
    net, x = mg.nn.Sequential(*layers), mg.tensor(rng.normal(size=(512, 64)))
    net(x).sum()  # what is computed once and kept is not counted
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        loss = net(x).sum()
        after = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert tape_memory(loss).held == pytest.approx(after - before, rel=0.05)


def test_both_passes_step_by_step() -> None:
    tape = tape_memory(np.sum(np.exp(np.tanh(leaf()))))
    assert tape.names == ("tanh", "exp", "sum")
    assert (tape.needed / BYTES).tolist() == [1, 2, 2, 2, 1, 0]
    assert (tape.gradients / BYTES).round(3).tolist() == [0, 0, 0, 1, 1, 0]
    assert (tape.leaves / BYTES).tolist() == [0, 0, 0, 0, 0, 1]
    assert tape.peak == 3 * BYTES


def test_gradients_wait_where_a_value_was_used_twice() -> None:
    x = leaf()
    y = np.exp(x)
    tape = tape_memory(np.sum(np.sin(y) + np.cos(y)))
    # exp, sin, cos, add, sum; back: sum → add, add → sin and cos, cos → exp, …
    assert (tape.gradients[5:] / BYTES).round(3).tolist() == [1, 2, 2, 1, 0]


def test_a_leaf_that_wants_no_gradient_gets_none() -> None:
    data = mg.tensor(np.ones(N))
    tape = tape_memory(np.sum(leaf() * data))
    assert tape.leaves[-1] == BYTES
    assert tape.added.tolist() == [0, 0]  # the leaves' own data are not the tape's


def test_a_function_with_several_results() -> None:
    x = mg.tensor(np.arange(12.0).reshape(4, 3), requires_grad=True)
    q, r = np.linalg.qr(x)
    tape = tape_memory(q.sum() + r.sum())
    assert tape.held > 0
    assert tape.needed[-1] == 0


def test_the_curve_is_the_tape() -> None:
    ax = tape_curve(np.sum(np.exp(np.tanh(leaf()))), most=1)
    held = ax.lines[0].get_ydata()
    np.testing.assert_allclose(held[1:-1], np.array([1, 2, 2, 2, 2, 2]) * BYTES / 1024)
    assert ax.get_ylabel() == "memory in KiB"
    assert [t.get_text() for t in ax.get_legend().get_texts()][-1] == "held until the result is dropped"
    assert [t.get_text() for t in ax.texts] == ["forward →", "→ backward", "tanh"]
    assert "the tape holds 156 KiB" in caption(ax)


def test_a_graph_that_keeps_nothing() -> None:
    ax = tape_curve(mg.tensor(1.0, requires_grad=True) + 1.0)
    assert "the tape holds 0 bytes, and with gradients 8 bytes are needed at once." in caption(ax)


def test_what_has_no_tape() -> None:
    with pytest.raises(TypeError, match=r"looks at the graph of a Tensor, not at a float: 1\.0"):
        tape_memory(1.0)
    for alone in (leaf(), mg.tensor(1.0) + 1.0):
        with pytest.raises(ValueError, match="was not computed from anything that wants a gradient"):
            tape_memory(alone)
