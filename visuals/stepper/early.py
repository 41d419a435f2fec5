"""Why topological order? The backward pass in an order of the student's own, with the wrong numbers that it gives.

With this module, one can
- read an order:     senders_of(live, trace, ["f", "q", x])        names, ids or Tensors
- run it:            run, verdict = in_order(live, trace, order)

Each node sends once, with what it has received by then. Where that was not all, its gradient left too early: what it
sends is wrong, and so is everything that comes of it. Later messages still arrive, and go no further.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

import minigrad as mg
from minigrad import sentences
from minigrad.graph import rerun
from minigrad.summary import summarize
from visuals.stepper.asking import Names
from visuals.stepper.rerun import Rerun

Verdict = dict[str, Any]


def senders(trace: mg.Trace) -> list[str]:
    """The ids of the nodes that send messages, in the order of the run."""
    targets = {edge["id"]: edge["target"] for edge in trace.edges}
    return list(dict.fromkeys(targets[f["edge"]] for f in trace.frames if f["kind"] == "message"))


def senders_of(live: Rerun, trace: mg.Trace, order: Sequence[Any] | None) -> list[str]:
    """The ids of an order; None is that of the run. Leaves may stand in it: they have nobody to send to.

    Raises:
        ValueError: a node that is not there, stands there twice, or is missing.

    >>> import minigrad as mg
    >>> x = mg.tensor(3.0, requires_grad=True, name="x")
    >>> y = x * x
    >>> z = y + x
    >>> y.name, z.name = "y", "z"
    >>> run = mg.trace(z)
    >>> senders_of(Rerun(z, run), run, ["y", z])
    ['n1', 'n2']
    """
    able = senders(trace)
    if order is None:
        return able
    names = Names(trace)
    known = ", ".join(_called(names, i) for i in able)
    if isinstance(order, str) or not isinstance(order, Sequence):
        raise ValueError(f"order is a list of nodes: {known}; by name, by id or as Tensors, not {order!r}.")
    found = [i for i in (_found(live, names, one, known) for one in order) if i in able]
    twice = next((i for i, count in Counter(found).items() if count > 1), None)
    if twice is not None:
        raise ValueError(
            f"order: {_called(names, twice)} stands there twice; a node sends its messages once."
        )
    missing = [_called(names, i) for i in able if i not in found]
    if missing:
        raise ValueError(f"order: {', '.join(missing)} must send too; all that send are {known}.")
    return found


def _called(names: Names, node_id: str) -> str:
    """A node as it can be written in an order."""
    name = names.nodes[node_id]["name"]
    single = sum(node["name"] == name for node in names.nodes.values()) == 1
    return repr(name) if name and single else f"{node_id!r} ({names.label(node_id)})"


def _found(live: Rerun, names: Names, one: Any, known: str) -> str:
    if isinstance(one, mg.Tensor):
        same = [i for i, node in live.functions.items() if one.node is node]
        same += [i for i, leaf in live.leaves.items() if one is leaf]
    else:
        same = [one] if one in names.nodes else [i for i, node in names.nodes.items() if node["name"] == one]
    if len(same) == 1:
        return same[0]
    what = f"{len(same)} nodes are called {one!r}" if same else f"this graph has no node {one!r}"
    raise ValueError(f"order: {what}; those that send messages are {known}.")


def in_order(live: Rerun, trace: mg.Trace, order: Sequence[str]) -> tuple[mg.Trace, Verdict]:
    """The run in which the nodes send in this order; and what was wrong with it.

    Returns:
        The trace: as many frames as in `trace`, so that a step is a step. The verdict: `order`; `early`: for each node
        that sent too early `step`, `node` and `waits`, the nodes whose messages it should have waited for; `right`:
        for each node whose gradient is wrong at the end, what it should be; `first`, the order of `trace`; `says`, one
        sentence.

    Source: Griewank and Walther, Evaluating Derivatives (2008), section 3.2: a reverse sweep visits the nodes in
    reverse topological order, so that each adjoint is complete when it is used.

    >>> import minigrad as mg
    >>> x = mg.tensor(3.0, requires_grad=True, name="x")
    >>> y = x * x
    >>> z = y + x
    >>> y.name, z.name = "y", "z"
    >>> run = mg.trace(z)
    >>> wrong, verdict = in_order(Rerun(z, run), run, ["n1", "n2"])
    >>> wrong.frames[-1]["sentence"]
    'Done, but wrong: ∂z/∂x = 1, and should be 7.'
    >>> verdict["says"]
    'y left before z had sent to it, so what it handed on was incomplete.'
    """
    return _Run(live, trace, order).result()


class _Run:
    """One backward pass in a given order."""

    def __init__(self, live: Rerun, trace: mg.Trace, order: Sequence[str]) -> None:
        self.live, self.trace, self.order = live, trace, list(order)
        self.names, self.made = Names(trace), live.forward({})
        several = [i for i, node in live.functions.items() if not isinstance(self.made[node], mg.Tensor)]
        if several:
            label = self.names.label(several[0])
            raise mg.UsageError(f"{label} has several results; take a graph without it to try out orders.")
        self.sent = [f for f in trace.frames if f["kind"] == "message"]
        self.shared = {f["edge"] for f in trace.frames if f["kind"] == "accumulate"}
        seed = next(f for f in trace.frames if f["kind"] == "seed")
        self.before = trace.frames[: trace.frames.index(seed) + 1]
        self.grads: dict[str, Any] = {trace.output: self._seed(seed)}
        self.early: list[dict[str, Any]] = []
        self.frames: list[dict[str, Any]] = []

    def _seed(self, frame: dict[str, Any]) -> Any:
        out = self.made[self.live.functions[self.trace.output]]
        given = self.live.gradient
        return np.ones(out.shape, out.dtype) if given is None else np.asarray(mg.tensor(given).numpy())

    def result(self) -> tuple[mg.Trace, Verdict]:
        for k, sender in enumerate(self.order):
            waiting = {f["edge"] for f in self.sent if self.names.receiver(f) == sender}
            late = [self.names.sender(f) for f in self.sent if f["edge"] in waiting]
            waits = [i for i in dict.fromkeys(late) if i not in self.order[:k]]
            if waits:
                step = len(self.before) + len(self.frames) + 1
                self.early.append({"step": step, "node": sender, "waits": waits})
            for frame in self.sent:
                if self.names.sender(frame) == sender:
                    self._send(frame, waits, set(self.order[:k]))
        wrong = self._wrong()
        frames = [*self.before, *self.frames, self._done(wrong)]
        run = mg.Trace(self.trace.nodes, self.trace.edges, frames, self.trace.output)
        right = {i: summary for i, (_, summary) in wrong.items()}
        return run, {"order": self.order, "early": self.early, "right": right} | {
            "first": senders(self.trace),
            "says": self._says(bool(wrong)),
        }

    def _send(self, frame: dict[str, Any], waits: list[str], done: set[str]) -> None:
        """One message, computed from what the sender has received by now."""
        sender, receiver = self.names.sender(frame), self.names.receiver(frame)
        edge = self.names.edges[frame["edge"]]
        node = self.live.functions[sender]
        out = self.made[node]
        g = self.grads.get(sender, np.zeros(out.shape, out.dtype))
        message = self._vjp(node, edge["position"], g)
        before = self.grads.get(receiver)
        after = self.grads[receiver] = message if before is None else before + message
        upstream, says, became = summarize(g), summarize(message), summarize(after)
        was = None if before is None else summarize(before)
        who, whom = self.names.label(sender), self.names.label(receiver)
        axes = frame["unbroadcast"] and tuple(frame["unbroadcast"]["axes"])
        told = sentences.message(who, whom, upstream, frame["local"], frame["rule"], says, axes)
        if waits:
            missing = ", ".join(map(self.names.label, waits))
            told += f" Too early: {who} still waits for {missing}."
        if receiver in done:
            told += f" Too late: {whom} has already sent."
        change = {"nodes": {receiver: {"grad": became}}}
        parts = {"upstream": upstream, "message": says, "before": was, "after": became}
        kept = frame["edge"] in self.shared
        self.frames.append({**frame, **parts, "set": {} if kept else change, "sentence": told})
        if kept:
            added = sentences.accumulated(whom, was, says, became)
            about = {"edge": frame["edge"], "message": says, "before": was, "after": became}
            self.frames.append(
                {"kind": "accumulate", "active": [receiver], "set": change, "sentence": added} | about
            )

    def _vjp(self, node: Any, position: int, g: Any) -> Any:
        """The message for this upstream gradient: the node is called once more, alone."""
        args = [a.detach() if isinstance(a, mg.Tensor) else a for a in self.live.arguments(node, self.made)]
        args[position] = into = mg.tensor(args[position].numpy(), requires_grad=True)
        with mg.enable_grad(), np.errstate(all="ignore"):
            out = rerun(node, args)
            found = mg.grad(out, [into], np.asarray(g, out.dtype), allow_unused=True)[0]
        return np.zeros(into.shape) if found is None else np.asarray(found.numpy())

    def _wrong(self) -> dict[str, tuple[Any, Any]]:
        """The nodes whose gradient is not what it is in the right order: what they have, and should have."""
        right: dict[str, Any] = {}
        for frame in self.trace.frames:
            for i, change in frame["set"].get("nodes", {}).items():
                right[i] = change.get("grad") or right.get(i)
        have = {i: summarize(g) for i, g in self.grads.items()}
        return {
            i: (have[i], one) for i, one in right.items() if one and i in have and not _same(have[i], one)
        }

    def _done(self, wrong: Mapping[str, tuple[Any, Any]]) -> dict[str, Any]:
        """The last frame, which tells the gradients of the leaves."""
        last = self.trace.frames[-1]
        output = self.names.nodes[self.trace.output]["name"] or "the result"
        parts = [
            f"∂{output}/∂{self.names.label(i)} {'=' if 'scalar' in have else 'is'} {have['text']}, "
            f"and should be {right['text']}"
            for i, (have, right) in wrong.items()
            if i in last["active"]
        ]
        return {**last, "sentence": f"Done, but wrong: {'; '.join(parts)}."} if parts else last

    def _says(self, wrong: bool) -> str:
        """One sentence on the whole order."""
        if not self.early:
            return "Every node sent when all messages to it had arrived: any such order gives the same gradients."
        first = self.early[0]
        node, waited = self.names.label(first["node"]), ", ".join(map(self.names.label, first["waits"]))
        lost = "what it handed on was incomplete" if wrong else "only luck made the numbers right"
        return f"{node} left before {waited} had sent to it, so {lost}."


def _same(a: dict[str, Any], b: dict[str, Any]) -> bool:
    """Whether two summaries tell the same numbers, but for rounding."""
    keys = [key for key in ("scalar", "values", "mean", "norm", "min", "max") if key in a and key in b]
    return all(np.allclose(np.array(a[k], float), np.array(b[k], float), equal_nan=True) for k in keys)
