"""Going through two runs that lie over each other, and finding what differs.

With this module, one can
- find:      Finder(Overlay(after, before), 1e-9).rows()
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import minigrad as mg
from visuals import text as words
from visuals.debug.numbers import entries, same
from visuals.debug.overlay import Overlay

ONLY = ("only in the other run", "only in this run")


@dataclass(frozen=True)
class Difference:
    """One thing that differs.

    Attributes:
        id: of the node or edge, in the picture of both.
        about: what it is called: "w", "× → w".
        what: "value", "gradient", "message", ".grad", "function", "shape", or one of `ONLY`.
        after, before: what the two runs say, "—" where one says nothing.
        step: where it is seen in the first run.
    """

    id: str
    about: str
    what: str
    after: str
    before: str
    step: int


class Finder:
    """Goes through both runs of an overlay."""

    def __init__(self, both: Overlay, tolerance: float) -> None:
        self.both, self.tolerance = both, tolerance
        self.here = {node["id"]: node for node in both.nodes}
        self.there = {node["id"]: node for node in both.before.nodes}
        self.edges = {edge["id"]: edge for edge in both.edges}
        self.grads = final_of_run(both.after), final_of_run(both.before)
        self.messages = messages_of(both.after), messages_of(both.before)
        self.value_step, self.grad_step = steps_of(both.after)
        self.last = len(both.after.frames)

    def label(self, node: Mapping[str, Any]) -> str:
        """A word for a node."""
        kind = "data" if node["kind"] == "data" else "a parameter"
        return words.clean(node["name"] or node["symbol"] or node["op"]) or kind

    def ends(self, edge: Mapping[str, Any]) -> str:
        """Who sends along an edge, and to whom."""
        return " → ".join(self.called(edge[end]) for end in ("target", "source"))

    def called(self, i: str) -> str:
        """The word for a node of the overlay. A detached value has no name; what computed it elsewhere has one."""
        partner = self.there.get(self.both.pairs.get(i, ""))
        call = partner if partner and partner["kind"] == "function" else self.here[i]
        return self.label(self.here[i] if self.here[i]["name"] else call)

    def rows(self) -> list[Difference]:
        """All differences."""
        found = []
        for i in [node["id"] for node in self.both.nodes]:
            if i in self.both.pairs:
                found += self._of_pair(i, self.here[i], self.there[self.both.pairs[i]])
            else:
                ghost = i in self.both.ghosts
                step = self.last if ghost else self.value_step.get(i, self.last)
                found.append(Difference(i, self.label(self.here[i]), ONLY[not ghost], "", "", step))
        for here, there in self.both.edge_pairs.items():
            found += self._of_edge(here, there)
        return found

    def _of_pair(self, i: str, a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Difference]:
        name, value_at = self.called(i), self.value_step.get(i, self.last)
        found = []
        if call_of(a) != call_of(b):
            found.append(Difference(i, name, "function", call_of(a), call_of(b), value_at))
        if a["shape"] != b["shape"]:
            here, there = (words.shape_text(node["shape"]) for node in (a, b))
            found.append(Difference(i, name, "shape", here, there, value_at))
        pairs = [("value", a["value"], b["value"], value_at)]
        grads = self.grads[0].get(i), self.grads[1].get(b["id"])
        pairs.append(("gradient", *grads, self.grad_step.get(i, self.last)))
        if "function" not in (a["kind"], b["kind"]):
            pairs.append((".grad", a["grad"], b["grad"], value_at))
        return found + [
            Difference(i, name, what, words.spoken(x, "—"), words.spoken(y, "—"), step)
            for what, x, y, step in pairs
            if not same(x, y, self.tolerance)
        ]

    def _of_edge(self, here: str, there: str) -> list[Difference]:
        a, b = (sent.get(edge) for sent, edge in zip(self.messages, (here, there), strict=True))
        if a is None and b is None:
            return []
        alike = a is not None and b is not None and same(a[1]["message"], b[1]["message"], self.tolerance)
        if alike and a is not None and b is not None and a[1]["rule"] == b[1]["rule"]:
            return []
        text, other = ("—" if x is None else sent_text(x[1]) for x in (a, b))
        return [
            Difference(here, self.ends(self.edges[here]), "message", text, other, a[0] if a else self.last)
        ]

    # What it may come from ------------------------------------------------------------------------------

    def remarks(self) -> list[str]:
        """Known causes that the numbers fit."""
        found = []
        for i, partner in self.both.pairs.items():
            a, b = self.here[i], self.there[partner]
            if a["kind"] != "function" and b["kind"] == "function":
                found.append(self._cut_off("this", a, b))
            elif b["kind"] != "function" and a["kind"] == "function":
                found.append(self._cut_off("the other", b, a))
            elif a["kind"] != "function" and not same(a["grad"], b["grad"], self.tolerance):
                found += [self._left_over(a, a["grad"], self.grads[0].get(i), "this run")]
                found += [self._left_over(a, b["grad"], self.grads[1].get(partner), "the other run")]
        return [remark for remark in found if remark]

    def _cut_off(self, run: str, leaf: Mapping[str, Any], call: Mapping[str, Any]) -> str:
        return (
            f"{self.label(call)}: in {run} run it is {words.KIND_WORDS[leaf['kind']]}, in the other it is computed by "
            f"{call_of(call)}: nothing flows back through it. A detach, or an array in between?"
        )

    def _left_over(self, node: Mapping[str, Any], held: Any, own: Any, run: str) -> str:
        """Whether `.grad` is a multiple of the run's own gradient: several passes have been added up."""
        if held is None or own is None or same(held, own, self.tolerance):
            return ""
        x, g = entries(held, ("scalar", "values", "mean")), entries(own, ("scalar", "values", "mean"))
        times = next(
            (k for k in range(2, 100) if x.shape == g.shape and abs(x - k * g).max() <= 1e-6 * abs(x).max()),
            0,
        )
        several = (
            f"those of {times - 1} earlier backward passes were"
            if times > 2
            else "that of an earlier backward pass was"
        )
        if not times:
            return ""
        return (
            f"{self.label(node)}: .grad holds {held['text']}, but {run}'s gradient is {own['text']}: {several} "
            f"still there. Was zero_grad forgotten?"
        )

    # What the sentences say -----------------------------------------------------------------------------

    def narrated(self) -> list[dict[str, Any]]:
        """The frames of the run, with what the other run did where it did something else."""
        return [
            frame | {"sentence": f"{frame['sentence']}{self._other(frame)}"}
            for frame in self.both.after.frames
        ]

    def _other(self, frame: Mapping[str, Any]) -> str:
        if frame["kind"] == "forward":
            i = frame["active"][0]
            if i not in self.both.pairs:
                return " ≠ The other run has no such node."
            b = self.there[self.both.pairs[i]]
            return (
                ""
                if same(self.here[i]["value"], b["value"], self.tolerance)
                else f" ≠ In the other run: {b['value']['text']}."
            )
        if frame["kind"] == "done":
            others = [
                (self.called(i), self.grads[1].get(self.both.pairs.get(i, "")), i) for i in frame["active"]
            ]
            told = [f"{name} {words.spoken(g, '—')}" for name, g, i in others
                    if not same(g, self.grads[0].get(i), self.tolerance)]  # fmt: skip
            return f" ≠ In the other run: {', '.join(told)}." if told else ""
        if frame["kind"] not in ("message", "accumulate"):
            return ""
        partner = self.messages[1].get(self.both.edge_pairs.get(frame["edge"], ""))
        if partner is None:
            return " ≠ In the other run nothing is sent here."
        if frame["kind"] == "message":
            return (
                ""
                if not self._of_edge(frame["edge"], self.both.edge_pairs[frame["edge"]])
                else (f" ≠ In the other run: {sent_text(partner[1])}.")
            )
        alike = same(frame["after"], partner[1]["after"], self.tolerance)
        return "" if alike else f" ≠ In the other run: {partner[1]['after']['text']}."


def sent_text(frame: Mapping[str, Any]) -> str:
    """A message in a table: upstream × local = message where these are numbers, else the message alone."""
    numbers = all(words.is_scalar(frame[key]) for key in ("upstream", "local", "message"))
    return words.ledger(dict(frame)) if numbers else words.spoken(frame["message"])


def call_of(node: Mapping[str, Any]) -> str:
    """What makes a node's value: its function with its options, or what kind of leaf it is."""
    if node["kind"] != "function":
        return words.KIND_WORDS[node["kind"]]
    return " ".join(filter(None, [words.clean(node["op"]), words.pretty(node["detail"])]))


def final_of_run(trace: mg.Trace) -> dict[str, Any]:
    """The gradient of each node at the end of the run itself, whatever `.grad` held before."""
    changes = (frame["set"].get("nodes", {}) for frame in trace.frames)
    return {i: change["grad"] for one in changes for i, change in one.items() if "grad" in change}


def messages_of(trace: mg.Trace) -> dict[str, tuple[int, dict[str, Any]]]:
    """For each edge with a message, its step and its frame."""
    return {f["edge"]: (k, f) for k, f in enumerate(trace.frames, 1) if f["kind"] == "message"}


def steps_of(trace: mg.Trace) -> tuple[dict[str, int], dict[str, int]]:
    """The step at which each node has its value, and the one at which its gradient is complete."""
    value, grad = {}, {}
    for step, frame in enumerate(trace.frames, 1):
        for i, change in frame["set"].get("nodes", {}).items():
            if "value" in change:
                value[i] = step
            if "grad" in change:
                grad[i] = step
    return value, grad
