"""What differs between two runs: values, gradients, messages, what is left in `.grad`, and the graph itself.

With this module, one can
- compare:      trace_diff(after, before)       a table; in a notebook, both runs in one stepper
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Any, Literal

import minigrad as mg
from visuals.debug.finder import ONLY, Difference, Finder
from visuals.debug.overlay import Overlay
from visuals.debug.report import Report
from visuals.subject import trace_of
from visuals.svg import final_gradients

TOLERANCE = 1e-9  # relative: what two equal computations may differ by
ROWS = 60  # a longer table is cut


def trace_diff(
    after: Any,
    before: Any,
    *,
    tolerance: float = TOLERANCE,
    names: Literal["auto"] | dict[str, Any] | None = "auto",
) -> TraceDiff:
    """Compare two runs: with and without `zero_grad`, a `detach`, a bug.

    Nodes are matched by name, then by their place in the graph. What only one run has is a difference too.

    Args:
        after: a Tensor or a Trace: the run that one steps through.
        before: the same, of the other run. A Trace keeps a run as it was: `before = mg.trace(loss)`.
        tolerance: how much numbers may differ, relative to the largest of them.
        names: as for `visuals.BackpropStepper`.

    Returns:
        A report: `rows` are the differences, in the order in which they are met; `remarks` say what they may come
        from. `print` it; in a notebook it shows `BackpropStepper(after, compare=before)`.

    Raises:
        TypeError: one of them is neither a Tensor nor a Trace.
        ValueError: together they have more than 1000 nodes.

    >>> import minigrad as mg
    >>> w = mg.tensor(3.0, requires_grad=True, name="w")
    >>> loss = w * w
    >>> loss.backward(); before = mg.trace(loss)
    >>> loss.backward()                             # without zero_grad in between
    >>> print(trace_diff(loss, before))
    1 difference:
      w: .grad is 12, in the other run 6 (step 1)
    w: .grad holds 12, but this run's gradient is 6: that of an earlier backward pass ... forgotten?
    """
    caller = sys._getframe(1)
    first, second = (trace_of(run, names, caller, "trace_diff") for run in (after, before))
    return TraceDiff(first, second, tolerance)


class TraceDiff(Report):
    """What `trace_diff` found.

    Attributes:
        rows: the differences, each a `Difference`.
        remarks: sentences on what they may come from.
        overlay: both graphs in one.
        trace: that as a Trace, whose sentences say what the other run did differently.
    """

    view = "differences"

    def __init__(self, after: mg.Trace, before: mg.Trace, tolerance: float = TOLERANCE) -> None:
        super().__init__(after, {}, None, mode="watch", compare=before)
        self.overlay = Overlay(after, before)
        self._find = Finder(self.overlay, tolerance)
        self.rows = sorted(self._find.rows(), key=lambda row: row.step)
        self.remarks = self._find.remarks()
        frames = self._find.narrated()
        self.trace = mg.Trace(self.overlay.nodes, self.overlay.edges, frames, after.output)

    @property
    def count(self) -> str:
        """How many differences there are."""
        n = len(self.rows)
        return f"{n} difference{'s' * (n != 1)}" if n else "No difference"

    def __str__(self) -> str:
        if not self.rows:
            return "No difference: same graph, same values, same messages."
        lines = [f"  {told(row)} (step {row.step})" for row in self.rows[:ROWS]]
        more = [f"  … and {len(self.rows) - ROWS} more"] if len(self.rows) > ROWS else []
        return "\n".join([f"{self.count}:", *lines, *more, *self.remarks])

    def findings(self) -> dict[str, Any]:
        """What the stepper shows, as plain data."""
        both = self.overlay
        last = final_gradients(both.before)
        there = {node["id"]: node for node in both.before.nodes}
        return {
            "rows": [asdict(row) for row in self.rows[:ROWS]],
            "count": self.count,
            "cut": max(0, len(self.rows) - ROWS),
            "remarks": self.remarks,
            "differ": sorted({row.id for row in self.rows if row.what not in ONLY}),
            "only": both.only,
            "ghosts": {i: {"value": there[b]["value"], "grad": last[b]} for i, b in both.ghosts.items()},
            "ghostEdges": list(both.ghost_edges),
        }


def told(row: Difference) -> str:
    """A difference as a sentence without its end."""
    if row.what in ONLY:
        return f"{row.about}: {row.what}"
    return f"{row.about}: {row.what} is {row.after}, in the other run {row.before}"
