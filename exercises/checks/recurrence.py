"""Exercise 05, task 4: a recurrent network that shares its weights over time.

With this module, one can
- check its last state:      value_is_right(student, w, u, xs, h)
- check its gradients:       gradients_are_right(student, w, u, xs, h)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from exercises.answers import as_array, compare
from exercises.errors import CheckFailed, NotWritten


def states(w: float, u: float, xs: list[float], h: float) -> list[float]:
    found = [h]
    for x in xs:
        found.append(float(np.tanh(w * found[-1] + u * x)))
    return found


def gradients(w: float, u: float, xs: list[float], h: float) -> tuple[list[float], list[float]]:
    """What each step contributes to the gradients of w and of u, the last step first."""
    known, g, to_w, to_u = states(w, u, xs, h), 1.0, [], []
    for t in reversed(range(len(xs))):
        g *= 1 - known[t + 1] ** 2
        to_w.append(g * known[t])
        to_u.append(g * xs[t])
        g *= w
    return to_w, to_u


def value_is_right(student: Any, w: float, u: float, xs: list[float], h: float) -> None:
    """The last state, computed with nodes."""
    _state(student, student.Node(w), student.Node(u), w, u, xs, h)


def gradients_are_right(student: Any, w: float, u: float, xs: list[float], h: float) -> None:
    """The gradients of both weights are the sums over all steps."""
    w_node, u_node = student.Node(w), student.Node(u)
    student.backward(_state(student, w_node, u_node, w, u, xs, h))
    for name, node, parts in zip("wu", (w_node, u_node), gradients(w, u, xs, h), strict=True):
        got = as_array(node.get("grad"), f"recurrent, gradient of {name}")
        mistakes = [
            (f"recurrent: {name} receives only what one step sends, not the sum", part)
            for part in parts
            if len(xs) > 1
        ]
        mistakes = [(said, wrong) for said, wrong in mistakes if not np.isclose(wrong, sum(parts))]
        compare(np.reshape(got, ()), sum(parts), "recurrent", f"gradient of {name}", mistakes)


def _state(student: Any, w_node: Any, u_node: Any, w: float, u: float, xs: list[float], h: float) -> Any:
    out = student.recurrent(w_node, u_node, list(xs), h)
    if out is None:
        raise NotWritten("recurrent")
    if isinstance(out, (int, float, np.ndarray, np.generic, list, tuple, str, dict)):
        raise CheckFailed("recurrent returned no Node", "Compute with the nodes w and u themselves.")
    right = states(w, u, xs, h)
    mistakes = [("recurrent stops after the first step", right[1])] if len(xs) > 1 else []
    mistakes += (
        [("recurrent reads the sequence from its end", states(w, u, xs[::-1], h)[-1])] if len(xs) > 1 else []
    )
    compare(out.get("value"), right[-1], "recurrent", "value", mistakes)
    return out
