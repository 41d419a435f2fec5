"""The lens: which entries of the upstream gradient, times what, add up to one entry of a message.

With this module, one can
- have it for all edges between arrays:      lenses(live, live.forward({}))

A rule is linear in the upstream gradient g: message[c] = Σ J[o, c] g[o], over the entries o of the output. The lens
keeps the terms that are not zero. Where J[o, c] is an entry of another argument, as in a product of matrices or a
convolution, it says which: the function is called once more with 1, 2, 3, … in place of that argument, and the
Jacobian then holds the number of the entry that stands there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

import minigrad as mg
from minigrad.device import to_cpu
from minigrad.graph import rerun
from minigrad.vjps import lookup
from visuals.stepper.rerun import Rerun

ENTRIES = 64  # of an array whose numbers a trace holds
TERMS = 1024  # of one message, at most


def lenses(live: Rerun, made: Mapping[Any, Any]) -> dict[str, dict[str, Any]]:
    """For each edge along which a message goes between arrays of at most 64 entries: the terms of each entry.

    Args:
        live: the graph.
        made: one run of it, from `live.forward`.

    Returns:
        By edge id: for each entry of the message, in order, `out`: the places in the upstream gradient, and `factor`:
        what each is multiplied with; `other`: the id of the node in which these factors stand, and `at`: where
        (without them, the factors are the local derivative). Places count along the array, from 0.

    >>> import minigrad as mg, numpy as np
    >>> x = mg.tensor([[1.0, 2.0]], requires_grad=True, name="x")
    >>> y = x @ mg.tensor([[3.0, 4.0], [5.0, 6.0]], name="w")
    >>> live = Rerun(y, mg.trace(y))
    >>> found = lenses(live, live.forward({}))["e0"]
    >>> found["out"], found["factor"], found["other"], found["at"]
    ([[0, 1], [0, 1]], [[3.0, 4.0], [5.0, 6.0]], 'n1', [[0, 1], [2, 3]])
    """
    found = {}
    sources = {(edge["target"], edge["position"]): edge["source"] for edge in live.edges}
    for edge in live.edges:
        node, position = live.functions[edge["target"]], edge["position"]
        argument = made.get(node.parents[position])
        if not isinstance(argument, mg.Tensor) or not argument.requires_grad:  # or several results
            continue
        try:
            lens = lens_of(node, position, live.arguments(node, made), made[node])
        except Exception:  # a function of the user's own may refuse to be called again: then there is no lens
            continue
        if lens is not None:
            other = sources.get((edge["target"], lens.pop("position", -1)))
            if other is None:
                lens.pop("at", None)
            found[edge["id"]] = lens | ({"other": other} if other else {})
    return found


def lens_of(node: Any, position: int, args: list[Any], out: Any) -> dict[str, Any] | None:
    """The lens of one argument of a call; None if there is nothing to see: one number, no number, or too many."""
    into = args[position]
    arrays = isinstance(out, mg.Tensor) and isinstance(into, mg.Tensor)
    if not arrays or out.size * into.size <= 1 or max(out.size, into.size) > ENTRIES:
        return None
    if into.dtype.kind != "f" or out.dtype.kind != "f":
        return None
    plain = [a.detach().to("cpu") if isinstance(a, mg.Tensor) else to_cpu(a) for a in args]
    with np.errstate(all="ignore"):
        matrix = jacobian(node, position, plain)
        if np.count_nonzero(matrix) > TERMS or not np.isfinite(matrix).all():
            return None
        for k, other in enumerate(plain):
            if k != position and isinstance(other, mg.Tensor) and lookup(node.fun).builtin:
                numbered = places(node, position, plain, k, matrix)
                if numbered is not None:
                    return terms(matrix, numbered != 0, numbered) | {"position": k}
    return terms(matrix, matrix != 0)


def jacobian(node: Any, position: int, args: list[Any]) -> np.ndarray:
    """∂output/∂argument of one call: a row per entry of the output, a column per entry of the argument."""

    def call(x: Any) -> Any:
        return rerun(node, [*args[:position], x, *args[position + 1 :]])

    at = np.array(args[position].numpy())
    return np.asarray(mg.func.jacobian(call)(at)).reshape(-1, at.size)


def places(node: Any, position: int, args: list[Any], k: int, matrix: np.ndarray) -> np.ndarray | None:
    """Which entry of argument `k` each entry of the Jacobian is, counted from 1; None if it is none of them.

    >>> import minigrad as mg, numpy as np
    >>> x, w = mg.tensor([[1.0, 2.0]], requires_grad=True), mg.tensor([[3.0], [4.0]])
    >>> y = x @ w
    >>> places(y.node, 0, [x.detach(), w], 1, np.array([[3.0, 4.0]]))
    array([[1, 2]])
    """
    other = args[k].numpy()
    if not 0 < other.size <= ENTRIES or other.dtype.kind != "f":
        return None
    labels = mg.tensor(np.arange(1, other.size + 1, dtype=other.dtype).reshape(other.shape))
    found = jacobian(node, position, [*args[:k], labels, *args[k + 1 :]])
    numbers = np.rint(found).astype(int)
    if np.any(np.abs(found - numbers) > 1e-6) or numbers.min() < 0 or numbers.max() > other.size:
        return None
    expected = np.concatenate([[0.0], np.ravel(other)])[numbers]
    return numbers if numbers.any() and np.allclose(matrix, expected, rtol=1e-5, atol=1e-7) else None


def terms(matrix: np.ndarray, kept: np.ndarray, numbers: np.ndarray | None = None) -> dict[str, Any]:
    """The terms of each column that are kept, as lists."""
    rows = [np.flatnonzero(column).tolist() for column in kept.T]
    factors = [[float(f"{x:.6g}") for x in matrix[row, c]] for c, row in enumerate(rows)]
    lens: dict[str, Any] = {"out": rows, "factor": factors}
    if numbers is not None:
        lens["at"] = [(numbers[row, c] - 1).tolist() for c, row in enumerate(rows)]
    return lens
