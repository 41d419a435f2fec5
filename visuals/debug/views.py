"""What the stepper's debug card shows of a run, as plain data: one dictionary per view.

With this module, one can
- look into a run for the stepper:      trace, _, findings = examined(loss, "debug", None, frame, "…", None)

The front end (section "Debug" of stepper.js) has a view for each key of `findings`, and computes nothing but what
depends on the step.
"""

from __future__ import annotations

from types import FrameType
from typing import Any

import minigrad as mg
from minigrad.node import ancestors
from visuals.debug import depth, wrong
from visuals.debug.differences import TraceDiff
from visuals.debug.edges import checked
from visuals.debug.every_path import view as paths_view
from visuals.debug.remembered import view as tape_view
from visuals.debug.run import Run
from visuals.layout import Layout
from visuals.subject import LIMIT, check_size, trace_of, variables

AS_THEY_ARE = "While a run is looked into, its values stay as they are."


def examined(
    output: Any, mode: str, names: Any, caller: FrameType, who: str, gradient: Any, compare: Any = None
) -> tuple[mg.Trace, mg.Trace, dict[str, Any]]:
    """The run to show, the run itself, and what was found out about it.

    The two differ where another run is laid over it. Nothing is found outside of debug mode and without a comparison.

    Args:
        output, mode, names, gradient, compare: as for `visuals.BackpropStepper`.
        caller: whose variables give names.
        who: was called, for errors.

    Raises:
        TypeError: `output` is no Tensor: the rules of a recorded Trace are gone, and cannot be tried.
        ValueError: the graph has more than 1000 nodes.
    """
    if mode == "predict" and compare is not None:
        raise ValueError(
            'compare belongs to mode="watch" or mode="debug"; in mode="predict" the other run would tell the answers.'
        )
    trace, found = looked_into(output, mode, names, caller, who, gradient)
    if compare is None:
        return trace, trace, found
    other = trace_of(compare, names, caller, who, gradient)
    if "depth" in found:
        found["depth"] = depth.beside(found["depth"], other)
    both = TraceDiff(trace, other)
    check_size(len(both.trace.nodes), LIMIT, who)
    return both.trace, trace, {**found, "differences": both.findings()}


def looked_into(
    output: Any, mode: str, names: Any, caller: FrameType, who: str, gradient: Any
) -> tuple[mg.Trace, dict[str, Any]]:
    """One run, and in debug mode what was found out about it."""
    if mode != "debug":
        return trace_of(output, names, caller, who, gradient), {}
    if not isinstance(output, mg.Tensor):
        if isinstance(output, mg.Trace):
            raise TypeError(
                f'{who} with mode="debug" tries the rules of a graph, and a Trace has only what they have sent. '
                f'Pass the Tensor that was traced: {who}(loss, mode="debug").'
            )
        trace_of(output, names, caller, who)  # says what is wrong with it
    check_size(len(ancestors(output.node)), LIMIT, who)
    known = variables(caller) if isinstance(names, str) and names == "auto" else names or {}
    run = Run(output, gradient, known)
    trace = trace_of(run.trace, None, caller, who)
    checks = checked(run)
    found = {"checks": wrong.view(run, checks)}
    if run.error is None and run.wants:
        found |= {"paths": paths_view(run), "depth": depth.view(run.trace), "tape": tape_view(run)}
    return mg.Trace(trace.nodes, trace.edges, wrong.narrated(trace.frames, checks), trace.output), found


def beginning(findings: dict[str, Any]) -> int:
    """The step at which the stepper opens: where the first wrong message is sent, else the first."""
    checks = findings.get("checks")
    return next((row["step"] for row in checks["rows"] if row["edge"] == checks["first"]), 0) if checks else 0


def with_sizes(findings: dict[str, Any], place: Layout) -> dict[str, Any]:
    """The findings, and the size of each node's box: at its corners stand the signs that mark it."""
    if not findings:
        return findings
    sizes = {i: [round(box["w"], 1), round(box["h"], 1)] for i, box in place.nodes.items()}
    return {**findings, "sizes": sizes}
