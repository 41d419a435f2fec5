"""What the stepper asks in predict mode: a list of questions, each asked before the frame that would answer it.

With this module, one can
- make them:      questions(trace, "messages")

A question is plain data, for the front end in a notebook and in an exported page:

    id, kind, step      it is asked when `step` frames have happened, and hides what comes after
    subject, about      the id of the edge or node that is asked about, and its name, or those of both ends
    text, hints         the question, and a ladder of three hints: the rule, the local factor, the product
    form                "numbers" (with `cells`: at, value), "shape", "choice" or "node" (with `options`)
    right               of a choice or a node all ids that are right, of a shape its lengths
    mistakes            answers that are wrong in a known way, and the sentence that says in which
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import minigrad as mg
from visuals import text as words
from visuals.stepper import order
from visuals.stepper.asking import Names, Question, for_message, for_result, for_sum, head

PATTERNS = {
    "distributor": "distributor: hands the gradient on, as it is or in equal shares",
    "switcher": "switcher: multiplies the gradient by the other input",
    "router": "router: sends the gradient only where the value came from",
    "adder": "adder: its input was copied, so the gradients of the copies add up",
}
NOTHING = {
    "messages": "Nothing in it wants a gradient: mg.tensor(…, requires_grad=True).",
    "values": "It computes nothing.",
    "gradients": "Nothing in it wants a gradient: mg.tensor(…, requires_grad=True).",
    "order": "At every point, only one node can go next.",
    "patterns": "None of its functions is a distributor, a switcher, a router or an adder.",
}


def questions(trace: mg.Trace, ask: Any = "messages") -> list[Question]:
    """The questions about a run, in the order in which they are asked.

    Args:
        trace: the run.
        ask: "messages", every message before it is sent; "values", the result of every function; "gradients", the
            whole gradient of every node; "order", which node may send next; "patterns", what a node does to a
            gradient; or a list of node names (or Tensors with a name), whose messages are asked for.

    Raises:
        ValueError: there is no such kind or node; or nothing in this run could be asked.

    >>> import minigrad as mg
    >>> x = mg.tensor(-2.0, requires_grad=True, name="x")
    >>> [question] = questions(mg.trace(3 * x))
    >>> question["text"], question["cells"]
    ('3 × sends x a message. What is it?', [{'at': [], 'value': 3.0}])
    >>> question["hints"][1:]
    ['The local factor is 3, and the upstream gradient is 1.', 'upstream × local = 1 × 3 = ?']
    """
    names = Names(trace)
    if isinstance(ask, str) and ask in MAKERS:
        found = MAKERS[ask](names)
        if not found:
            raise ValueError(f"This run has nothing to ask for with ask={ask!r}. {NOTHING[ask]}")
        return found
    if isinstance(ask, str) or not isinstance(ask, Iterable):
        raise ValueError(
            f'ask is one of {", ".join(map(repr, MAKERS))}, or a list of nodes by name, e.g. ["x"], not {ask!r}.'
        )
    into = {chosen(names, one) for one in ask}
    if not into:
        raise ValueError("ask: the list is empty; name a node whose messages are to be predicted.")
    return messages(names, into)


def chosen(names: Names, one: Any) -> str:
    """The id of a node that was named; it must receive a message."""
    name = one if isinstance(one, str) else getattr(one, "name", None)
    found = next((i for i, node in names.nodes.items() if name and name in (node["name"], i)), None)
    if found is None:
        named = ", ".join(repr(node["name"]) for node in names.nodes.values() if node["name"])
        raise ValueError(
            f"ask: this graph has no node called {name!r}; "
            + (
                f"those with a name are {named}."
                if named
                else 'none of its nodes has a name: x.name = "x" gives one.'
            )
        )
    if not any(frame["kind"] == "message" and names.receiver(frame) == found for frame in names.frames):
        raise ValueError(
            f"ask: {name!r} receives no message: the backward pass starts there, or no gradient is wanted."
        )
    return found


def messages(names: Names, into: set[str] | None = None) -> list[Question]:
    """Every message before it is sent; `into`: only those that these nodes receive."""
    return [
        for_message(names, k, frame, "messages")
        for k, frame in enumerate(names.frames)
        if frame["kind"] == "message" and (into is None or names.receiver(frame) in into)
    ]


def values(names: Names) -> list[Question]:
    """The result of every function."""
    return [
        for_result(names, k, frame)
        for k, frame in enumerate(names.frames)
        if frame["kind"] == "forward" and names.nodes[frame["active"][0]]["kind"] == "function"
    ]


def gradients(names: Names) -> list[Question]:
    """Each node's whole gradient: its only message, or the sum when the last one has arrived."""
    last = {names.receiver(frame): k for k, frame in enumerate(names.frames) if "edge" in frame}
    return [
        for_message(names, k, frame, "gradients") if frame["kind"] == "message" else for_sum(names, k, frame)
        for k, frame in ((k, names.frames[k]) for k in sorted(last.values()))
    ]


def patterns(names: Names) -> list[Question]:
    """What each function does to the gradient on its way back."""
    made: dict[str, Question] = {}
    for k, frame in enumerate(names.frames):
        sender = names.nodes[names.sender(frame)] if frame["kind"] == "message" else None
        if sender is None or sender["pattern"] not in PATTERNS or sender["id"] in made:
            continue
        label = names.label(sender["id"])
        asked = head(k, "patterns", sender["id"], label, f"Which pattern is {label}?")
        asked["hints"] = [
            f"Its function is {words.clean(sender['op'])}.",
            f"Its rule for this argument is {words.pretty(frame['rule'])}, where g is the upstream gradient.",
            "What does the rule do to g: keep it, multiply it by another input, or mask it?",
        ]
        options = [{"id": key, "text": text} for key, text in PATTERNS.items()]
        made[sender["id"]] = asked | {"form": "choice", "options": options, "right": [sender["pattern"]]}
    return list(made.values())


def turns(names: Names) -> list[Question]:
    """Before a node sends its messages: which one may? Asked where there is a choice to be made."""
    made = []
    for k, ready, waiting in order.turns(names.trace):
        left = [i for i in names.nodes if i in ready or i in waiting]
        if len(left) < 2:
            continue
        text = "Which node may send its messages next? Click it in the picture, or choose it here."
        asked = head(k, "order", "", "", text)
        still = ", ".join(names.label(i) for i in waiting) or "none"
        asked["hints"] = [
            "A node may send when its own gradient is complete.",
            "It is complete when every node that uses it has sent its message.",
            f"Still waiting for messages: {still}.",
        ]
        asked["mistakes"] = [
            {"value": i, "says": f"{names.label(i)} still waits for {names.label(first)}: its gradient would leave "
             f"too early, without that message."}
            for i, first in waiting.items()
        ]  # fmt: skip
        made.append(asked | {"form": "node", "options": [_option(names, i) for i in left], "right": ready})
    return made


def _option(names: Names, node_id: str) -> dict[str, str]:
    """A node in a list of nodes. Several may have the same sign, so where there is no name the value is told too."""
    node = names.nodes[node_id]
    value = "" if node["name"] else f", whose value is {node['value']['text']}"
    return {"id": node_id, "text": f"{names.label(node_id)}{value}"}


MAKERS = {
    "messages": messages,
    "values": values,
    "gradients": gradients,
    "order": turns,
    "patterns": patterns,
}
