"""What the panel of a node adds to the trace: the source of each rule, and small Jacobians written out.

With this module, one can
- have both for all edges:      details(live, live.values({}))

A trace is plain data and does not know the functions that ran; the graph does.
"""

from __future__ import annotations

import inspect
import linecache
import textwrap
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import minigrad as mg
from minigrad.device import to_cpu
from minigrad.graph import rerun
from minigrad.vjps import lookup
from visuals.stepper.rerun import Rerun

ENTRIES = 64  # a Jacobian of up to this many entries can be read
LINES = 12  # of a rule that is a whole function


def details(live: Rerun, made: Mapping[Any, Any]) -> dict[str, dict[str, Any]]:
    """For each edge along which a message goes: where its rule stands, its lines, and the Jacobian if it is small.

    Args:
        live: the graph.
        made: one run of it, from `live.forward`.

    Returns:
        By edge id: `where` ("minigrad.rules.elementwise, line 12"), `lines`, and `jacobian`: ∂output/∂input, a row per
        entry of the output and a column per entry of the input; left out if it has one entry, or more than 64.

    >>> import minigrad as mg, numpy as np
    >>> x = mg.tensor([3.0, 5.0], requires_grad=True, name="x")
    >>> y = x * x
    >>> live = Rerun(y, mg.trace(y))
    >>> details(live, live.forward({}))["e0"]["jacobian"]
    [[3.0, 0.0], [0.0, 5.0]]
    """
    found = {}
    sources: dict[tuple, dict[str, Any]] = {}
    for edge in live.edges:
        node, position = live.functions[edge["target"]], edge["position"]
        argument = made.get(node.parents[position])
        if argument is None or not getattr(argument, "requires_grad", True):  # several results are no Tensor
            continue
        key = node.fun, position
        if key not in sources:
            sources[key] = source_of(*key)
        found[edge["id"]] = dict(sources[key])
        try:
            matrix = jacobian(node, position, live.arguments(node, made), made[node])
        except (TypeError, ValueError):  # a rule of the user's that fails; the run says so where it is sent
            continue
        if matrix is not None:
            found[edge["id"]]["jacobian"] = matrix
    return found


def source_of(fun: Any, position: int) -> dict[str, Any]:
    """Where the rule of a function's argument stands, and its lines.

    >>> source_of(np.tanh, 0)["where"].startswith("minigrad.rules.")
    True
    """
    primitive = lookup(fun)
    rule = primitive.rule(position) if hasattr(primitive, "rule") else type(fun).backward
    code = getattr(rule, "__code__", None)
    if code is None:
        return {"where": "", "lines": ""}
    module = getattr(rule, "__module__", "")
    place = "your code" if module in ("__main__", "") else module
    return {"where": f"{place}, line {code.co_firstlineno}", "lines": _lines(rule, code)}


def _lines(rule: Callable, code: Any) -> str:
    """The lines of a lambda, which may stand in the middle of a call; or those of a function, without its docstring."""
    if code.co_name == "<lambda>":
        last = max(end for _, end, _, _ in code.co_positions() if end is not None)
        lines = linecache.getlines(code.co_filename)[code.co_firstlineno - 1 : last]
    else:
        try:
            lines = inspect.getsource(rule).splitlines(keepends=True)
        except OSError:
            lines = []
    text = textwrap.dedent("".join(lines))
    if rule.__doc__ and code.co_name != "<lambda>":
        head, _, rest = text.partition('"""')
        text = head.rstrip() + rest.partition('"""')[2]
    kept = text.rstrip().splitlines()
    return "\n".join(kept[:LINES] + (["    …"] if len(kept) > LINES else []))


def jacobian(node: Any, position: int, args: list[Any], out: Any) -> list[list[Any]] | None:
    """∂output/∂argument of one call, written out: a row per entry of the output; None if it is too large to be read."""
    into = args[position]
    if (
        not isinstance(out, mg.Tensor)
        or not isinstance(into, mg.Tensor)
        or not 1 < out.size * into.size <= ENTRIES
    ):
        return None
    if into.dtype.kind != "f" or out.dtype.kind != "f":
        return None

    def call(x: Any) -> Any:
        return rerun(node, [*args[:position], x, *args[position + 1 :]])

    args = [a.detach().to("cpu") if isinstance(a, mg.Tensor) else to_cpu(a) for a in args]
    with np.errstate(all="ignore"):
        matrix = np.asarray(mg.func.jacobian(call)(np.array(into.numpy())))
    rows = matrix.reshape(out.size, into.size).tolist()
    return [[x if np.isfinite(x) else str(x) for x in row] for row in rows]
