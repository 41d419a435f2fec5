"""One question for a value: its form, the hints that lead to it, and the mistakes that have a name.

With this module, one can
- ask for a message:        for_message(names, k, frame, "messages")
- ask for a gradient:       for_sum(names, k, frame), where all messages have arrived
- ask for a result:         for_result(names, k, frame)

Whatever is written here is read by a person who does not know the answer yet: a hint says how to get there.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import minigrad as mg
from visuals import text as words

ALL_CELLS = 12  # an array of up to this many entries is asked for entirely
SOME_CELLS = 6  # of a larger one, so many entries

Question = dict[str, Any]


class Names:
    """What the nodes of a run are called, and who sends what to whom."""

    def __init__(self, trace: mg.Trace) -> None:
        self.trace, self.frames = trace, trace.frames
        self.nodes = {node["id"]: node for node in trace.nodes}
        self.edges = {edge["id"]: edge for edge in trace.edges}

    def label(self, node_id: str) -> str:
        """A word for a node in a sentence."""
        node = self.nodes[node_id]
        return words.clean(node["name"] or node["symbol"]) or words.title(node)

    def receiver(self, frame: dict[str, Any]) -> str:
        """The node that a message goes to."""
        return str(self.edges[frame["edge"]]["source"])

    def sender(self, frame: dict[str, Any]) -> str:
        """The node that a message comes from."""
        return str(self.edges[frame["edge"]]["target"])

    def inputs(self, node_id: str) -> list[dict[str, Any]]:
        """The arguments of a function, in their order."""
        edges = [edge for edge in self.edges.values() if edge["target"] == node_id]
        return [self.nodes[edge["source"]] for edge in sorted(edges, key=lambda edge: edge["position"])]


def head(step: int, kind: str, subject: str, about: str, text: str) -> Question:
    """What every question has. Its id says when it is asked: there is one question of a kind at a time."""
    question = {"id": f"{kind}-{step}", "kind": kind, "step": step, "subject": subject}
    return question | {"about": about, "text": text, "hints": [], "mistakes": []}


def for_value(asked: Question, value: dict[str, Any]) -> Question:
    """A question for one number, for the entries of an array, or for the shape of a large one.

    >>> for_value({"text": "What is it?"}, {"shape": [2], "values": [3.0, 4.0]})["cells"]
    [{'at': [0], 'value': 3.0}, {'at': [1], 'value': 4.0}]
    """
    asked = asked | {"shape": value["shape"]}
    if "scalar" in value:
        return asked | {"form": "numbers", "cells": [{"at": [], "value": value["scalar"]}]}
    if not value.get("values"):
        text = f"{asked['text']} It is too large to type: which shape does it have?"
        return asked | {"form": "shape", "text": text, "right": value["shape"], "mistakes": []}
    places = list(product(*map(range, value["shape"])))
    if len(places) > ALL_CELLS:
        places = [places[k * (len(places) - 1) // (SOME_CELLS - 1)] for k in range(SOME_CELLS)]
    cells = [{"at": list(at), "value": entry(value["values"], at)} for at in places]
    return asked | {"form": "numbers", "cells": cells}


def for_message(names: Names, k: int, frame: dict[str, Any], kind: str) -> Question:
    """What travels along an edge."""
    sender, receiver = names.label(names.sender(frame)), names.label(names.receiver(frame))
    rule, upstream, local = words.pretty(frame["rule"]), frame["upstream"], frame["local"]
    text = f"{sender} sends {receiver} a message. What is it?"
    if kind == "gradients":
        text = f"What is the gradient of {receiver}?"
    asked = head(k, kind, frame["edge"], f"{sender} → {receiver}", text)
    asked["hints"] = [f"The rule of {sender} for this argument is {rule}, where g is the upstream gradient."]
    if local is None:
        size = f"the shape {tuple(frame['message']['shape'])}" if frame["message"]["shape"] else "one entry"
        asked["hints"].append(f"The upstream gradient is {_told(upstream)}; the message has {size}.")
    else:
        asked["hints"].append(
            f"The local factor is {_told(local)}, and the upstream gradient is {_told(upstream)}."
        )
    if frame["unbroadcast"]:
        axes = ", ".join(map(str, frame["unbroadcast"]["axes"]))
        asked["hints"].append(f"Then sum over axis {axes}, along which {receiver} was broadcast.")
    elif local is not None and "scalar" in upstream and "scalar" in local:
        asked["hints"].append(f"upstream × local = {upstream['text']} × {local['text']} = ?")
    else:
        asked["hints"].append(
            "Multiply upstream and local, entry by entry." if local else f"Put them into {rule}."
        )
    asked["mistakes"] = _mistakes(
        frame["message"],
        (upstream, "That is the upstream gradient: it still has to be multiplied by the local factor."),
        (local, "That is the local factor: it still has to be multiplied by the upstream gradient."),
        (
            frame["before"] and frame["after"],
            f"That is the sum in {receiver} afterwards: the message alone is asked.",
        ),
    )
    return for_value(asked, frame["message"])


def for_sum(names: Names, k: int, frame: dict[str, Any]) -> Question:
    """The gradient of a node that is used several times, when its last message has arrived."""
    node_id = names.receiver(frame)
    receiver = names.label(node_id)
    sent = [f for f in names.frames[:k] if f["kind"] == "message" and names.receiver(f) == node_id]
    parts = [_told(f["message"]) for f in sent]
    text = f"All {len(parts)} messages into {receiver} have arrived. What is its gradient?"
    asked = head(k, "gradients", node_id, receiver, text)
    asked["hints"] = [
        f"{receiver} is used {len(parts)} times, so its gradient is a sum of as many messages.",
        f"They are {', '.join(parts)}.",
        f"{' + '.join(parts)} = ?",
    ]
    asked["mistakes"] = _mistakes(
        frame["after"],
        (frame["message"], f"That is the last message alone: {receiver} adds up all {len(parts)}."),
        (frame["before"], "That is the sum without the last message: add it too."),
    )
    return for_value(asked, frame["after"])


def for_result(names: Names, k: int, frame: dict[str, Any]) -> Question:
    """The value of a function."""
    node = names.nodes[frame["active"][0]]
    label, inputs = names.label(node["id"]), names.inputs(node["id"])
    sign = " ".join(filter(None, [words.clean(node["symbol"] or node["op"]), words.clean(node["detail"])]))
    given = [f"{names.label(i['id'])} = {_told(i['value'])}" for i in inputs]
    texts = [i["value"]["text"] for i in inputs]
    infix = len(texts) == 2 and not sign[:1].isalpha()
    formula = f" {sign} ".join(texts) if infix else f"{sign}({', '.join(texts)})"
    asked = head(k, "values", node["id"], label, f"What is the value of {label}?")
    asked["hints"] = [f"This node computes {sign}.", f"What goes in: {', '.join(given)}.", f"{formula} = ?"]
    value = frame["set"]["nodes"][node["id"]]["value"]
    remarks = [(i["value"], f"That is {names.label(i['id'])} itself: apply {sign} to it.") for i in inputs]
    asked["mistakes"] = _mistakes(value, *remarks)
    return for_value(asked, value)


def entry(values: Any, at: Sequence[int]) -> Any:
    """The entry of nested lists at an index.

    >>> entry([[1, 2], [3, 4]], (1, 0))
    3
    """
    for k in at:
        values = values[k]
    return values


def _told(summary: dict[str, Any]) -> str:
    """A value in a hint: the number, or all numbers of a small array."""
    if "scalar" in summary or not summary.get("values"):
        return str(summary["text"])

    def rows(values: Any) -> str:
        return f"[{', '.join(map(rows, values))}]" if isinstance(values, list) else words.number(values)

    return rows(summary["values"])


def _mistakes(right: dict[str, Any], *known: tuple[dict[str, Any] | None, str]) -> list[dict[str, Any]]:
    """Single numbers that are wrong in a known way; without those that are right by chance."""
    return [
        {"value": value["scalar"], "says": says}
        for value, says in known
        if value and "scalar" in value and value["scalar"] != right.get("scalar")
    ]
