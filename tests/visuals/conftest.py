"""Traces written by hand: pictures are tested without the engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


def scalar(value: float) -> dict[str, Any]:
    return {"shape": [], "text": f"{value:.4g}", "scalar": value}


def array(*shape: int, low: float = -1.0, high: float = 1.0) -> dict[str, Any]:
    rows, cols = (1, shape[0]) if len(shape) == 1 else shape
    rows, cols = min(rows, 16), min(cols, 16)
    count = max(rows * cols - 1, 1)
    flat = [low + (high - low) * ((7 * i) % (count + 1)) / count for i in range(rows * cols)]
    grid = [flat[r * cols : (r + 1) * cols] for r in range(rows)]
    mean = sum(flat) / len(flat)
    text = "×".join(map(str, shape)) + f", mean {mean:.4g}"
    return {
        "shape": list(shape), "text": text, "min": low, "mean": mean, "max": high, "norm": 1.0,
        "thumbnail": grid,
    }  # fmt: skip


class Builder:
    """Writes a trace down, node by node."""

    def __init__(self) -> None:
        self.nodes: list[dict[str, Any]] = []
        self.edges: list[dict[str, Any]] = []
        self.frames: list[dict[str, Any]] = []

    def node(self, name: str, value: Any, grad: Any = None, op: str = "", symbol: str = "", *args: str,
             kind: str = "", pattern: str = "", detail: str = "") -> str:  # fmt: skip
        value, grad = (scalar(s) if isinstance(s, float | int) else s for s in (value, grad))
        node_id = f"n{len(self.nodes)}"
        self.nodes.append({
            "id": node_id, "kind": kind or ("function" if op else "parameter"), "name": name, "op": op,
            "symbol": symbol, "pattern": pattern, "detail": detail, "shape": value["shape"],
            "dtype": "float64", "device": "cpu", "group": "", "value": value, "grad": grad,
        })  # fmt: skip
        for position, source in enumerate(args):
            edge = {"id": f"e{len(self.edges)}", "source": source, "target": node_id, "position": position}
            self.edges.append(edge)
        sets = {"nodes": {node_id: {"value": value}}}
        self.frames.append({"kind": "forward", "active": [node_id], "set": sets, "sentence": "."})
        return node_id

    def message(self, edge: str, upstream: Any, local: Any, message: Any, rule: str = "g * y") -> None:
        upstream, local, message = (
            scalar(s) if isinstance(s, float | int) else s for s in (upstream, local, message)
        )
        self.frames.append({
            "kind": "message", "edge": edge, "active": [edge], "upstream": upstream, "rule": rule,
            "local": local, "message": message, "unbroadcast": None, "before": None, "after": message,
            "sentence": ".", "set": {"edges": {edge: {"message": message}}},
        })  # fmt: skip

    def trace(self) -> dict[str, Any]:
        return {
            "version": 1, "output": self.nodes[-1]["id"], "nodes": self.nodes, "edges": self.edges,
            "frames": self.frames,
        }  # fmt: skip


def gates(backward: bool = True) -> dict[str, Any]:
    """f = (x + y) z at (-2, 5, -4)."""
    b, g = Builder(), (lambda grad: grad if backward else None)
    x, y, z = b.node("x", -2.0, g(-4.0)), b.node("y", 5.0, g(-4.0)), b.node("z", -4.0, g(3.0))
    q = b.node("q", 3.0, g(-4.0), "add", "+", x, y, pattern="distributor")
    b.node("f", -12.0, g(1.0), "multiply", "×", q, z, pattern="switcher")
    if backward:
        for edge, local, message in (("e2", -4.0, -4.0), ("e3", 3.0, 3.0)):
            b.message(edge, 1.0, local, message)
        for edge in ("e0", "e1"):
            b.message(edge, -4.0, 1.0, -4.0, "g")
    return b.trace()


def sums() -> dict[str, Any]:
    """f = ln x1 + x1 x2 - sin x2 at (2, 5)."""
    b = Builder()
    x1, x2 = b.node("x1", 2.0, 5.5), b.node("x2", 5.0, 1.716)
    log = b.node("", 0.6931, 1.0, "log", "ln", x1)
    product = b.node("", 10.0, 1.0, "multiply", "×", x1, x2)
    sine = b.node("", -0.9589, -1.0, "sin", "sin", x2)
    total = b.node("", 10.69, 1.0, "add", "+", log, product)
    b.node("f", 11.65, 1.0, "subtract", "−", total, sine)
    for edge, parts in {
"e6": (1.0, 1.0, 1.0), "e7": (1.0, -1.0, -1.0), "e4": (1.0, 1.0, 1.0), "e5": (1.0, 1.0, 1.0),
        "e3": (-1.0, 0.2837, -0.2837), "e2": (1.0, 2.0, 2.0), "e1": (1.0, 5.0, 5.0), "e0": (1.0, 0.5, 0.5),
    }.items():  # fmt: skip
        b.message(edge, *parts)
    return b.trace()


def square() -> dict[str, Any]:
    """y = x * x: two edges between the same two nodes."""
    b = Builder()
    x = b.node("x", 0.37751, 0.75502)
    b.node("y", 0.14251, 1.0, "multiply", "×", x, x)
    b.message("e0", 1.0, 0.37751, 0.37751)
    b.message("e1", 1.0, 0.37751, 0.37751)
    return b.trace()


def mlp() -> dict[str, Any]:
    """Two layers with cross-entropy: arrays, broadcast biases, static data."""
    b = Builder()
    x = b.node("x", array(1, 64, low=0.0), None, kind="data")
    w1, b1 = (
        b.node("W1", array(64, 32), array(64, 32, low=-0.1, high=0.3)),
        b.node("b1", array(32), array(32)),
    )
    h = b.node("", array(1, 32), array(1, 32), "matmul", "@", x, w1)
    a = b.node("", array(1, 32), array(1, 32), "add", "+", h, b1)
    r = b.node("h", array(1, 32, low=0.0), array(1, 32), "relu", "relu", a, pattern="router")
    w2, b2 = b.node("W2", array(32, 10), array(32, 10)), b.node("b2", array(10), array(10))
    o = b.node("", array(1, 10), array(1, 10), "matmul", "@", r, w2)
    s = b.node("scores", array(1, 10), array(1, 10), "add", "+", o, b2)
    t = b.node("labels", array(1, 10), None, kind="data")
    b.node("loss", 2.3026, 1.0, "cross_entropy", "", s, t)
    b.message("e8", 1.0, None, array(1, 10), "g * (softmax(s) - t)")
    for edge, shape in {
        "e6": (1, 10),
        "e7": (10,),
        "e4": (1, 32),
        "e5": (32, 10),
        "e3": (1, 32),
        "e1": (32,),
    }.items():
        b.message(edge, array(1, 10), None, array(*shape), "g @ w.T")
    return b.trace()


SMALL: dict[str, Callable[..., dict[str, Any]]] = {"gates": gates, "sums": sums, "square": square, "mlp": mlp}


@pytest.fixture(params=SMALL)
def small(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Each of the small graphs in turn."""
    return SMALL[request.param]()


@pytest.fixture
def graphs() -> dict[str, Callable[..., dict[str, Any]]]:
    """The small graphs by name."""
    return SMALL


@pytest.fixture
def builder() -> type[Builder]:
    """For a graph of one's own."""
    return Builder


@pytest.fixture
def named() -> Callable[[str], dict[str, Any]]:
    """A graph whose input has a name of any kind."""

    def named(name: str) -> dict[str, Any]:
        b = Builder()
        b.node("y", 2.0, None, "exp", "exp", b.node(name, 1.0))
        return b.trace()

    return named
