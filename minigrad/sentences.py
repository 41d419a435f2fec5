"""What happened, in one plain sentence per frame: the narration that is shown, spoken and tabulated."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.summary import size_text, summarize
from minigrad.symbols import INFIX, SYMBOLS


def words(value: Any) -> str:
    """A value in a sentence: the number, or shape and mean."""
    return summarize(value)["text"]


def given(name: str, wants_gradient: bool, value: Any) -> str:
    """A leaf appears."""
    kind = "a parameter: a gradient is wanted" if wants_gradient else "static data: no gradient is wanted"
    return f"{name} {'=' if np.size(value) == 1 else 'is'} {words(value)}, {kind}."


def computed(name: str, op: str, sign: str, inputs: list[tuple[str, Any]], out: Any) -> str:
    """A function runs: q = x + y = −2 + 5 = 3."""
    left = f"{name} = " if name else ""
    labels = [label for label, _ in inputs]
    if op in INFIX and len(inputs) == 2:
        formula, numbers = (f" {SYMBOLS[op]} ".join(pair) for pair in (labels, [words(v) for _, v in inputs]))
    elif op in INFIX and sign[-1:].isdigit():
        formula, numbers = f"{labels[0]} {sign}", f"{words(inputs[0][1])} {sign}"
    elif op in INFIX:
        formula, numbers = f"{sign} {labels[0]}", f"{sign} {words(inputs[0][1])}"
    else:
        formula, numbers = f"{sign}({', '.join(labels)})", f"{sign}({', '.join(words(v) for _, v in inputs)})"
    if np.size(out) == 1 and all(np.size(value) == 1 for _, value in inputs):
        return f"{left}{formula} = {numbers} = {words(out)}."
    return f"{left}{formula} {'=' if np.size(out) == 1 else 'is'} {words(out)}."


def seed(name: str, value: Any) -> str:
    """The backward pass begins."""
    if np.size(value) == 1:
        return f"The backward pass starts at {name}: ∂{name}/∂{name} = {words(value)}."
    return f"The backward pass starts at {name} with a gradient of {size_text(np.shape(value))}."


def message(
    sender: str, receiver: str, g: Any, local: Any, rule: str, value: Any, axes: tuple[int, ...] | None
) -> str:
    """A message travels along an edge."""
    if local is not None and np.size(g) == np.size(local) == 1:
        how = f"upstream {words(g)} × local {words(local)} = {words(value)}"
    elif rule == "g":
        how = f"the upstream gradient, unchanged ({words(value)})"
    else:
        upstream = words(g) if np.size(g) == 1 else size_text(np.shape(g))
        how = f"upstream ({upstream}), through {rule}, gives {words(value)}"
    summed = ""
    if axes:
        several = "axes" if len(axes) > 1 else "axis"
        summed = f", summed over {several} {', '.join(map(str, axes))}, along which {receiver} was broadcast"
    return f"{sender} sends {receiver}: {how}{summed}."


def accumulated(name: str, before: Any, value: Any, after: Any) -> str:
    """A contribution is added to a node that is used several times."""
    if before is None:
        return f"{name} is used more than once; the first contribution is {words(value)}."
    if np.size(after) == 1:
        return f"{name} adds up: {words(before)} + {words(value)} = {words(after)}."
    return f"{name} adds this contribution to what it had received: now {words(after)}."


def done(name: str, gradients: dict[str, Any]) -> str:
    """The backward pass has ended."""
    parts = [
        f"∂{name}/∂{leaf} = {words(g)}"
        if np.size(g) == 1
        else f"{leaf} has a gradient of {size_text(np.shape(g))}"
        for leaf, g in gradients.items()
    ]
    return f"Done: {', '.join(parts)}."
