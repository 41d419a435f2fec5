"""Graphs for the tests of views: networks of the lectures, and traces of any form."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

import minigrad as mg
from minigrad import nn
from minigrad.node import ancestors
from visuals.views.calls import note_calls


def noted(output: mg.Tensor) -> mg.Trace:
    """The trace of a result, with the numbers of its module calls."""
    run = mg.trace(output)
    note_calls(run, ancestors(output.node)[::-1])
    return run


class Block(nn.Module):
    """A residual block: relu(x + conv(relu(conv(x))))."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.first = nn.Conv2d(2, 2, 3, padding=1, rng=rng)
        self.second = nn.Conv2d(2, 2, 3, padding=1, rng=rng)

    def forward(self, x: Any) -> Any:
        return mg.relu(x + self.second(mg.relu(self.first(x))))


class Residual(nn.Module):
    """Several residual blocks and a linear head."""

    def __init__(self, blocks: int) -> None:
        rng = np.random.default_rng(0)
        self.blocks = [Block(rng) for _ in range(blocks)]
        self.head = nn.Linear(32, 3, rng)

    def forward(self, x: Any) -> Any:
        for block in self.blocks:
            x = block(x)
        return self.head(x.reshape(1, 32))


def residual(blocks: int = 3) -> mg.Tensor:
    """The loss of a residual network after its backward pass."""
    x = mg.tensor(np.random.default_rng(1).normal(size=(1, 2, 4, 4)), name="image")
    loss = mg.cross_entropy(Residual(blocks)(x), np.array([1]))
    loss.backward()
    return loss


def recurrent(steps: int = 100) -> mg.Tensor:
    """The loss of an unrolled recurrent network after its backward pass."""
    rng = np.random.default_rng(0)
    _, h = nn.RNN(2, 3, rng)(mg.tensor(rng.normal(size=(steps, 2)), name="x"))
    loss = (h * h).sum()
    loss.backward()
    return loss


def siamese() -> mg.Tensor:
    """One network called twice: the distance between what it makes of two inputs."""
    rng = np.random.default_rng(0)
    net = nn.Sequential(nn.Linear(2, 3, rng), nn.Tanh(), nn.Linear(3, 2, rng))
    x, y = (mg.tensor(rng.normal(size=(1, 2)), name=name) for name in ("x₁", "x₂"))
    return ((net(x) - net(y)) ** 2).sum()


def chain(calls: int) -> mg.Tensor:
    """tanh of tanh of tanh."""
    x = mg.Parameter(0.5, name="x")
    for _ in range(calls):
        x = np.tanh(x)
    return x


def scalar(value: float) -> dict[str, Any]:
    return {"shape": [], "text": f"{value:.4g}", "scalar": value}


@st.composite
def traces(draw: st.DrawFn) -> mg.Trace:
    """Graphs of any form, in modules of any nesting."""
    nodes: list[dict[str, Any]] = []
    edges: list[dict[str, Any]] = []
    leaves = draw(st.integers(1, 6))
    calls = draw(st.integers(1, 60))
    group = ""
    for k in range(leaves + calls):
        is_leaf = k < leaves
        op = "" if is_leaf else draw(st.sampled_from(["add", "tanh", "multiply"]))
        if not is_leaf and draw(st.booleans()):
            group = "/".join(draw(st.lists(st.sampled_from(["a", "b.0", "b.1"]), max_size=3)))
        nodes.append(
            {
                "id": f"n{k}", "kind": draw(st.sampled_from(["data", "parameter"])) if is_leaf else "function",
                "name": draw(st.sampled_from(["", "x"])), "op": op, "symbol": op, "pattern": "", "detail": "",
                "shape": [], "dtype": "float64", "device": "cpu", "group": "" if is_leaf else group,
                "value": scalar(float(k)), "grad": None,
            }
        )  # fmt: skip
        sources = [] if is_leaf else draw(st.lists(st.integers(0, k - 1), min_size=1, max_size=2))
        for position, source in enumerate(sources):
            edges.append(
                {"id": f"e{len(edges)}", "source": f"n{source}", "target": f"n{k}", "position": position}
            )
    return mg.Trace(nodes, edges, [], nodes[-1]["id"])
