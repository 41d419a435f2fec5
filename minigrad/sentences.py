"""What happened, in one plain sentence per frame: the narration that is shown, spoken and tabulated.

A value comes as its summary (see `minigrad.summary`): a sentence needs a number, or a shape and a mean.
"""

from __future__ import annotations

from minigrad.summary import Summary, size_text
from minigrad.symbols import INFIX, SYMBOLS


def is_number(value: Summary) -> bool:
    """Whether the summary is of one number."""
    return "scalar" in value


def given(name: str, wants_gradient: bool, value: Summary) -> str:
    """A leaf appears."""
    kind = "a parameter: a gradient is wanted" if wants_gradient else "static data: no gradient is wanted"
    return f"{name} {'=' if is_number(value) else 'is'} {value['text']}, {kind}."


def computed(name: str, op: str, sign: str, inputs: list[tuple[str, Summary]], out: Summary) -> str:
    """A function runs: q = x + y = −2 + 5 = 3."""
    left = f"{name} = " if name else ""
    labels = [label for label, _ in inputs]
    texts = [value["text"] for _, value in inputs]
    if op in INFIX and len(inputs) == 2:
        formula, numbers = (f" {SYMBOLS[op]} ".join(pair) for pair in (labels, texts))
    elif op in INFIX and sign[-1:].isdigit():
        formula, numbers = f"{labels[0]} {sign}", f"{texts[0]} {sign}"
    elif op in INFIX:
        formula, numbers = f"{sign} {labels[0]}", f"{sign} {texts[0]}"
    else:
        formula, numbers = f"{sign}({', '.join(labels)})", f"{sign}({', '.join(texts)})"
    if is_number(out) and all(is_number(value) for _, value in inputs):
        return f"{left}{formula} = {numbers} = {out['text']}."
    return f"{left}{formula} {'=' if is_number(out) else 'is'} {out['text']}."


def seed(name: str, value: Summary) -> str:
    """The backward pass begins."""
    if is_number(value):
        return f"The backward pass starts at {name}: ∂{name}/∂{name} = {value['text']}."
    return f"The backward pass starts at {name} with a gradient of {size_text(value['shape'])}."


def message(
    sender: str,
    receiver: str,
    upstream: Summary,
    local: Summary | None,
    rule: str,
    value: Summary,
    axes: tuple[int, ...] | None,
) -> str:
    """A message travels along an edge."""
    if local is not None and is_number(upstream) and is_number(local):
        how = f"upstream {upstream['text']} × local {local['text']} = {value['text']}"
    elif rule == "g":
        how = f"the upstream gradient, unchanged ({value['text']})"
    else:
        g = upstream["text"] if is_number(upstream) else size_text(upstream["shape"])
        how = f"upstream ({g}), through {rule}, gives {value['text']}"
    summed = ""
    if axes:
        several = "axes" if len(axes) > 1 else "axis"
        summed = f", summed over {several} {', '.join(map(str, axes))}, along which {receiver} was broadcast"
    return f"{sender} sends {receiver}: {how}{summed}."


def accumulated(name: str, before: Summary | None, value: Summary, after: Summary) -> str:
    """A contribution is added to a node that is used several times."""
    if before is None:
        return f"{name} is used more than once; the first contribution is {value['text']}."
    if is_number(after):
        return f"{name} adds up: {before['text']} + {value['text']} = {after['text']}."
    return f"{name} adds this contribution to what it had received: now {after['text']}."


def done(name: str, gradients: dict[str, Summary]) -> str:
    """The backward pass has ended."""
    parts = [
        f"∂{name}/∂{leaf} = {g['text']}"
        if is_number(g)
        else f"{leaf} has a gradient of {size_text(g['shape'])}"
        for leaf, g in gradients.items()
    ]
    return f"Done: {', '.join(parts)}."
