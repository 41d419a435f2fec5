"""Pictures whose structure is kept in files, and how it is written down.

All numbers in them are sums and products of a few small halves and quarters: exact, and so the same on every machine.
What depends on fonts, on a platform or on Graphviz's version is left out: coordinates, sizes, colours.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

import minigrad as mg
from visuals import svg
from visuals.layout import layout
from visuals.options import Options

HERE = Path(__file__).parent
TOLD = ("data-id", "data-source", "data-target", "role", "aria-label", "stroke-dasharray", "marker-end")


def gates() -> Any:
    """f = (x + y) z at (−2, 5, −4), the first graph of the lectures."""
    x, y, z = (mg.Parameter(value, name=name) for name, value in (("x", -2.0), ("y", 5.0), ("z", -4.0)))
    q = x + y
    f = q * z
    q.name, f.name = "q", "f"
    f.backward()
    return mg.trace(f)


def fan_out() -> Any:
    """x is used three times: its gradient is a sum."""
    x = mg.Parameter(3.0, name="x")
    f = x * x - 5.0 * x
    f.name = "f"
    f.backward()
    return mg.trace(f)


def mlp() -> Any:
    """Two layers and a squared error."""
    x = mg.tensor([[1.0, -0.5, 2.0], [0.0, 1.5, -1.0]], name="x")
    w1 = mg.Parameter(np.arange(-6.0, 6.0).reshape(3, 4) / 4, name="W1")
    b1 = mg.Parameter(np.array([0.5, -0.25, 0.0, 1.0]), name="b1")
    w2 = mg.Parameter(np.array([[1.0], [-0.5], [0.25], [2.0]]), name="W2")
    target = mg.tensor([[1.0], [0.0]], name="target")
    error = mg.relu(x @ w1 + b1) @ w2 - target
    loss = np.sum(error * error)
    loss.name = "loss"
    loss.backward()
    return mg.trace(loss)


def conv() -> Any:
    """A kernel slid over a small image, and the strongest answer of each quarter."""
    image = mg.tensor(np.arange(25.0).reshape(1, 1, 5, 5) % 7 - 3, name="image")
    kernel = mg.Parameter(np.array([[[[1.0, 0.0], [0.0, -1.0]]]]), name="kernel")
    answer = mg.nn.functional.max_pool2d(mg.nn.functional.conv2d(image, kernel), 2)
    loss = np.sum(answer)
    loss.name = "loss"
    loss.backward()
    return mg.trace(loss)


def marked() -> Any:
    """What views add to a trace: folded and repeated boxes, and marks of a comparison; and what is not finite."""
    data = mlp().to_dict()
    nodes, edges = [dict(node) for node in data["nodes"]], [dict(edge) for edge in data["edges"]]
    nodes[0] |= {"inside": 96}
    nodes[3] |= {"times": 12, "inside": 24}
    nodes[4] |= {"mark": "changed", "note": "was 0.5"}
    nodes[5] |= {"mark": "added"}
    nodes[6] |= {"mark": "missing", "value": {"shape": [], "text": "nan", "scalar": "nan"}}
    edges[1] |= {"mark": "missing"}
    edges[2] |= {"mark": "added"}
    return {**data, "nodes": nodes, "edges": edges}


def _picture(trace: Callable[[], Any], **wishes: Any) -> Callable[[], str]:
    def drawn() -> str:
        run, options = trace(), Options(**wishes)
        return svg.render(run, layout(run, options), options, interactive=False)

    return drawn


PICTURES: dict[str, Callable[[], str]] = {
    "gates": _picture(gates),
    "gates_before_backward": _picture(lambda: _forgotten(gates())),
    "gates_stepper": lambda: svg.render(gates(), layout(gates()), prefix="step", standalone=False),
    "fan_out_messages": _picture(fan_out, messages=True),
    "mlp": _picture(mlp),
    "mlp_numbers": _picture(mlp, values="full", direction="TB"),
    "mlp_without_maps": _picture(mlp, heat="off", grads=False),
    "conv": _picture(conv, theme="high-contrast"),
    "marked": _picture(marked, theme="dark"),
}


def _forgotten(trace: Any) -> Any:
    """The same before anybody called backward()."""
    return {**trace.to_dict(), "nodes": [{**node, "grad": None} for node in trace.nodes]}


def structure(source: str) -> str:
    """An SVG as an outline: elements with class, ids, labels and texts; how many equal ones follow each other."""
    return "\n".join(_lines(ET.fromstring(source), 0)) + "\n"


def _lines(element: ET.Element, depth: int) -> list[str]:
    tag = element.tag.rpartition("}")[2]
    if tag == "style":
        return []
    css = "".join(f".{name}" for name in element.get("class", "").split())
    told = [f"{name.removeprefix('data-')}={element.get(name)!r}" for name in TOLD if name in element.attrib]
    text = [repr(element.text)] if element.text and element.text.strip() else []
    head = "  " * depth + " ".join([tag + css, *told, *text])
    blocks = [_lines(child, depth + 1) for child in element]
    found = [head]
    for block, same in groupby(block for block in blocks if block):
        count = len(list(same))
        found += [block[0] + (f"  × {count}" if count > 1 else ""), *block[1:]]
    return found


def path_of(name: str) -> Path:
    """The file that keeps a picture's structure."""
    return HERE / f"{name}.txt"
