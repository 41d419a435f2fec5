"""K. From a result to its picture: trace, layout, SVG."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.benchmarks.job import Job, Target, Workload
from tests.benchmarks.workloads import a_scalars


def layers(nodes: int) -> Any:
    """A deep network of arrays: per layer W, b, matmul, +, tanh."""
    import minigrad as mg

    rng = np.random.default_rng(0)
    h = mg.tensor(rng.normal(size=(8, 4)), name="x")
    for k in range(max(1, nodes // 5)):
        w = mg.Parameter(rng.normal(0, 0.5, (4, 4)), name=f"W{k}")
        h = np.tanh(h @ w + mg.Parameter(np.zeros(4), name=f"b{k}"))
    return h.sum()


def neurons(nodes: int) -> Any:
    """A network of single numbers with two hidden layers, as micrograd draws it."""
    import minigrad as mg

    width = max(1, round((nodes / 3.2) ** 0.5))
    sizes = (2, width, width, 1)
    rng = np.random.default_rng(0)
    net = [
        [([mg.tensor(w, True) for w in rng.normal(size=n)], mg.tensor(0.1, True)) for _ in range(m)]
        for n, m in itertools.pairwise(sizes)
    ]
    return a_scalars.loss(net, [1.0, -2.0], lambda v: v.relu())


def drawn(make: Callable[[int], Any], nodes: int, task: str) -> Job:
    """Draw it; the answer is whether every node is in the picture."""
    import minigrad as mg
    from visuals.drawing import Drawing

    result = make(20 if task == "small" else nodes)
    result.backward()

    def picture() -> Drawing:
        return Drawing(mg.trace(result), grads=True, messages=False, theme="auto", direction="LR")

    def step() -> None:
        assert picture().svg

    def answers() -> dict[str, float]:
        drawing = picture()
        return {"share of nodes that are drawn": len(drawing.layout.nodes) / len(drawing.trace.nodes)}

    return Job(step, answers)


SIZES = (100, 1000, 5000)

WORKLOAD = Workload(
    letter="K",
    title="Trace, layout and SVG of a network's graph",
    task=lambda dtype, size: size,
    reference=lambda task: Job(lambda: None, lambda: {"share of nodes that are drawn": 1.0}),
    peers={
        **{f"layers_{n}": functools.partial(drawn, layers, n) for n in SIZES},
        **{f"neurons_{n}": functools.partial(drawn, neurons, n) for n in SIZES[:2]},
    },
    targets=(
        Target("layers_100", None, 30.0),
        Target("layers_1000", None, 200.0),
        Target("layers_5000", "layers_1000", 5 * 1.1),
    ),
    rounds=7,
    note="`layers_n`: about n nodes of arrays; `neurons_n`: of single numbers. The cost is linear if 5,000 nodes take "
    "5 × what 1,000 take.",
)
