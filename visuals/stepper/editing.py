"""What Python answers when a reader changes an input in the stepper, or wiggles it.

With this module, one can
- know whether it can:   live, reason = prepared(loss, trace)
- answer a request:      trace, reply = answered(live, request)

A request is {"n": its number, "values": {node id: value}, "wiggle": None or {"node", "at", "h"}}. The reply has the
same number, so that the front end knows what it answers, and an `error` in one sentence, "" if there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import minigrad as mg
from visuals import boxes
from visuals.stepper.details import details
from visuals.stepper.early import in_order, senders_of
from visuals.stepper.folding import modules, pictures
from visuals.stepper.lens import lenses
from visuals.stepper.rerun import Rerun

RECORDED = "This is a recorded run: its values can be changed where the stepper was made from a Tensor."
NO_PYTHON = "This page has no Python behind it: values can be changed where the stepper runs in a notebook."


def prepared(output: Any, trace: mg.Trace, gradient: Any = None) -> tuple[Rerun | None, str]:
    """The graph, or None if there is none to run again; and why its values cannot be changed, "" if they can."""
    if not isinstance(output, mg.Tensor):
        return None, RECORDED
    try:
        live = Rerun(output, trace, gradient)
        return live, live.frozen
    except mg.UsageError as error:
        return None, str(error)


def answered(live: Rerun, request: Mapping[str, Any]) -> tuple[mg.Trace | None, dict[str, Any]]:
    """The new run, if one was asked for, and the reply. A wrong value is an error in the reply, not here."""
    reply: dict[str, Any] = {"n": request["n"], "error": "", "wiggle": None}
    wish = request.get("wiggle")
    try:
        if wish:
            reply["wiggle"] = live.wiggle(request["values"], wish["node"], wish["at"], wish["h"])
            return None, reply
        return live.run(request["values"]), reply
    except Exception as error:  # a function of the user's own may fail in any way; the reader is told
        reply["error"] = f"{error}" or type(error).__name__
        return None, reply


def explained(live: Rerun | None, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What the panel of a node knows beyond the trace, at these values of the leaves: `details` and `lenses`."""
    if live is None:
        return {"details": {}, "lenses": {}}
    made = live.forward(values)
    return {"details": details(live, made), "lenses": lenses(live, made)}


def foldable(trace: mg.Trace, mode: str) -> dict[str, Any]:
    """The modules that can be folded, and their pictures; none where a box would hide what is asked or tried out."""
    found = modules(trace) if mode == "watch" else []
    return {"modules": found, "pictures": pictures(trace, found)}


ORDERED = "While an order is tried out, the values stay as they are."


def reordered(
    live: Rerun | None, trace: mg.Trace, mode: str, order: Any, reason: str
) -> tuple[mg.Trace, dict[str, Any]]:
    """The run of a mode, and the traits that belong to it: in mode "order", the backward pass in that order.

    Raises:
        ValueError: an order without that mode; or no graph that could be run.
    """
    if mode != "order":
        if order is not None:
            raise ValueError(f'order={order!r} belongs to mode="order"; this is mode={mode!r}.')
        return trace, {"order": [], "verdict": {}, "ledgers": {}, "frozen": reason}
    if live is None:
        raise ValueError(
            'mode="order" runs the graph again: make the stepper from the Tensor, not from a recorded run.'
        )
    ids = senders_of(live, trace, order)
    run, verdict = in_order(live, trace, ids)
    return run, {"order": ids, "verdict": verdict, "ledgers": ledgers(run), "frozen": ORDERED}


def ledgers(trace: mg.Trace) -> dict[str, list[Any]]:
    """For each edge with a message: its text where there is little room, all of it, and the width it needs."""
    short, whole = boxes.ledgers(trace), boxes.ledgers(trace, room=1e9)
    return {edge: [text, whole[edge], boxes.ledger_width(text)] for edge, text in short.items()}
