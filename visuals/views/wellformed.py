"""Whether a trace can be drawn: one from a file may be of anybody's making.

With this module, one can
- be sure:     check(trace) raises a ValueError that says what is wrong, or returns
"""

from __future__ import annotations

from collections import Counter, deque
from typing import Any

WORDS = ("id", "kind", "name", "op", "symbol", "pattern", "detail", "dtype", "group")
KINDS = ("data", "parameter", "function")
NOT_FINITE = ("nan", "inf", "-inf")
SIDE = 64  # rows and columns that a heat map may have
FACTS = ("min", "mean", "max", "norm")
ENDS = ("from", "to")
EXTRA = {"times": int, "inside": int, "mark": str, "note": str, "fold": str, "calls": list}


def check(trace: Any, who: str = "draw") -> None:
    """Refuse a trace that is empty, has a cycle, or is no trace at all.

    Args:
        trace: a Trace.
        who: the function that was called with it, for the message.

    Raises:
        ValueError: it cannot be drawn; the message says why.

    Example:
        >>> import minigrad as mg
        >>> check(mg.Trace([], [], [], "n0"))
        Traceback (most recent call last):
        ValueError: draw cannot show this trace: it has no nodes. A trace is recorded by mg.trace(loss).
    """
    fault = _fault(trace)
    if fault:
        raise ValueError(f"{who} cannot show this trace: {fault}. A trace is recorded by mg.trace(loss).")


def _fault(trace: Any) -> str:
    """What is wrong, or nothing."""
    for part in ("nodes", "edges", "frames") if "frames" in vars(trace) else ("nodes", "edges"):
        rows = getattr(trace, part)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            return f"its {part} are no list of objects"
    if not trace.nodes:
        return "it has no nodes"
    for node in trace.nodes:
        fault = _node_fault(node)
        if fault:
            return f"the node {_quoted(node.get('id'))} {fault}"
    ids = Counter(node["id"] for node in trace.nodes)
    if len(ids) < len(trace.nodes):
        return f"several nodes are called {_quoted(ids.most_common(1)[0][0])}"
    if not isinstance(trace.output, str) or trace.output not in ids:
        return f"its output {_quoted(trace.output)} is none of its nodes"
    kinds = {node["id"]: node["kind"] for node in trace.nodes}
    names: Counter[str] = Counter()
    for edge in trace.edges:
        ends = edge.get("source"), edge.get("target")
        if not all(isinstance(end, str) and end in kinds for end in ends):
            return (
                f"an edge leads from {_quoted(ends[0])} to {_quoted(ends[1])}, and these are not both nodes"
            )
        if kinds[edge["target"]] != "function":
            return f"an edge leads into {_quoted(edge['target'])}, which is no function"
        if not isinstance(edge.get("position"), int) or not isinstance(edge.get("id"), str):
            return "an edge has no id or no position"
        names[edge["id"]] += 1
    if len(names) < len(trace.edges):
        return f"several edges are called {_quoted(names.most_common(1)[0][0])}"
    return _cycle(trace) or ("" if "frames" not in vars(trace) else _frame_fault(trace, kinds, names))


def _node_fault(node: dict[str, Any]) -> str:
    for key in WORDS:
        if not isinstance(node.get(key), str):
            return f"has no {key} in words"
    if node["kind"] not in KINDS:
        return f"is of the kind {_quoted(node['kind'])}; known are {', '.join(KINDS)}"
    if not isinstance(node.get("shape"), list):
        return "has no shape"
    for key, kind in EXTRA.items():
        if key in node and (not isinstance(node[key], kind) or isinstance(node[key], bool)):
            return f"has {key} {_quoted(node[key])}"
    if not all(isinstance(number, int) for number in node.get("calls", [])):
        return f"has calls {_quoted(node['calls'])}"
    if node.get("value") is None:
        return "has no value"
    return next(
        (fault for key in ("value", "grad") for fault in [_summary_fault(node.get(key), key)] if fault), ""
    )


def _summary_fault(summary: Any, key: str) -> str:
    """What is wrong with a value or a gradient."""
    if summary is None:
        return ""
    if not isinstance(summary, dict) or not isinstance(summary.get("text"), str):
        return f"has a {key} without a text"
    shape = summary.get("shape")
    if not _is_shape(shape):
        return f"has a {key} of the shape {_quoted(shape)}"
    if "scalar" in summary:
        return "" if _number(summary["scalar"]) else f"has the {key} {_quoted(summary['scalar'])}"
    grid = summary.get("thumbnail")
    if not isinstance(grid, list) or len(grid) > SIDE or not all(isinstance(row, list) for row in grid):
        return f"has a {key} that is neither a number nor an array"
    if len({len(row) for row in grid}) > 1 or any(len(row) > SIDE for row in grid):
        return f"has a {key} whose rows are not of one length"
    entries = [entry for row in grid for entry in row]
    if grid and grid[0]:
        entries += [summary.get(fact) for fact in FACTS]
    if not all(_number(entry) for entry in entries):
        return f"has a {key} with entries that are no numbers"
    return ""


def _is_shape(x: Any) -> bool:
    return isinstance(x, list) and all(isinstance(n, int) and n >= 0 for n in x)


def _number(x: Any) -> bool:
    return (isinstance(x, (int, float)) and abs(x) <= 1.79e308) or x in NOT_FINITE


def _frame_fault(trace: Any, nodes: dict[str, str], edges: dict[str, int]) -> str:
    """What is wrong with what happens."""
    for frame in trace.frames:
        changes = frame.get("set")
        if not isinstance(changes, dict) or not isinstance(frame.get("active"), list):
            return "a frame does not say what it sets"
        for part, known in (("nodes", nodes), ("edges", edges)):
            found = changes.get(part, {})
            if not isinstance(found, dict) or not found.keys() <= known.keys():
                return f"a frame sets {part} that there are not"
            for change in found.values():
                if not isinstance(change, dict):
                    return "a frame does not say what it sets"
                faults = [_summary_fault(change.get(key), key) for key in ("value", "grad", "message")]
                if any(faults):
                    return f"a frame {next(filter(None, faults))}"
        if frame.get("kind") == "message":
            parts = [frame.get(key) for key in ("upstream", "message", "local")]
            if None in parts[:2] or any(_summary_fault(part, "message") for part in parts):
                return "a message has no value"
            if str(frame.get("edge")) not in edges or not isinstance(frame.get("rule"), str):
                return "a message travels along no edge"
            summed = frame.get("unbroadcast")
            if summed is not None and not (
                isinstance(summed, dict) and all(map(_is_shape, map(summed.get, ENDS)))
            ):
                return "a message was summed, but not from a shape to a shape"
    return ""


def _cycle(trace: Any) -> str:
    """A node that depends on itself; and whether each stands behind what it uses."""
    waiting = Counter(edge["target"] for edge in trace.edges)
    users: dict[str, list[str]] = {node["id"]: [] for node in trace.nodes}
    for edge in trace.edges:
        users[edge["source"]].append(edge["target"])
    free = deque(name for name in users if not waiting[name])
    while free:
        for target in users[free.popleft()]:
            waiting[target] -= 1
            if not waiting[target]:
                free.append(target)
    stuck = next((name for name in users if waiting[name] > 0), None)
    if stuck is not None:
        return (
            f"it has a cycle, in which {_quoted(stuck)} needs its own result; no run of a program does that"
        )
    place = {name: k for k, name in enumerate(users)}
    for edge in trace.edges:
        if place[edge["source"]] > place[edge["target"]]:
            return f"{_quoted(edge['target'])} stands before {_quoted(edge['source'])}, which it uses"
    return ""


def _quoted(x: Any) -> str:
    """Something of anybody's making in a sentence, not longer than a line."""
    text = repr(x)
    return text if len(text) <= 40 else f"{text[:39]}…"
