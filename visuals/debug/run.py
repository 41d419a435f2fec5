"""A run of a graph with all its arrays, also where a rule fails on the way back.

With this module, one can
- run a graph:      run = Run(loss); run.trace, run.functions, run.events

A Trace keeps summaries and shows nothing of a run that ended in an error. Who looks for a wrong rule needs the arrays
themselves, and most of all where the error is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import minigrad as mg
from minigrad.backprop import sweep
from minigrad.node import Node
from minigrad.recorder import Recorder
from minigrad.telling import Telling, frame

STOPPED = "The backward pass stops here"


class Run(Telling):
    """One run of the graph of `output`, as `mg.trace` records it, with its arrays.

    Args:
        output: a Tensor.
        gradient, names: as for `mg.trace`.

    Attributes:
        trace: its Trace. Where a rule failed, its last frame says so, in the place of "Done".
        functions: the function calls, in the order in which they ran; each has its arguments as arrays.
        events: (node, position, upstream, message before un-broadcasting, message), in the order of the backward pass.
        error: what the failing rule raised; None if all went well.

    Raises:
        StaleValueError: a leaf was changed in place since the forward pass.

    >>> x = mg.tensor(3.0, requires_grad=True, name="x")
    >>> run = Run(x * x)
    >>> [float(message) for _, _, _, _, message in run.events], run.trace == mg.trace(x * x)
    ([3.0, 3.0], True)
    """

    def __init__(self, output: Any, gradient: Any = None, names: Mapping[str, Any] | None = None) -> None:
        record = Recorder(output, gradient, names or {})
        self.error: Exception | None = None
        self.wants = bool(output.requires_grad)
        try:
            super().__init__(record)
        except Exception as error:  # a rule of the user's may fail in any way
            self.error = error
            self._as_far_as_it_goes(record)
        self.events: list[tuple] = self.run.events
        self.functions: list[Any] = [v for v in self.sources if isinstance(v, Node)]
        self.trace = mg.Trace(self.nodes(), self.edges(), self._story(), self.output)

    def _as_far_as_it_goes(self, record: Recorder) -> None:
        """The same run, with the messages that were sent before the rule failed."""
        seed, record.seed, record.began = record.seed, None, None
        super().__init__(record)  # a failing forward pass is raised here
        record.seed = seed
        try:
            with record.as_then():
                sweep({self.run.root: seed}, watch=lambda *event: self.run.events.append(event))
        except Exception as error:
            self.error = error

    def _story(self) -> list[dict[str, Any]]:
        frames = self.frames()
        if self.error is None:
            return frames
        what = str(self.error).partition("\n")[0] or type(self.error).__name__
        end = frame("done", [self.ids[self._stopped_at()]], {}, f"{STOPPED}. {what}")
        return [*frames[:-1], end | {"title": STOPPED}]

    def _stopped_at(self) -> Any:
        """The node whose turn it was when the rule failed: that of the last message, or the next newest."""
        if not self.events:
            return self.run.root
        last, i = self.events[-1][:2]
        if any(p is not None and p.requires_grad for p in last.parents[i + 1 :]):
            return last
        older = [v for v in self.functions if v.order < last.order and self.upstream(v) is not None]
        return max(older, key=lambda v: v.order, default=last)

    def upstream(self, node: Any) -> Any:
        """The gradient that had reached a node when its turn came; None if none had."""
        total = self.run.record.seed if node is self.run.root else None
        for sender, i, _, _, message in self.events:
            if sender.parents[i] is node:
                total = message if total is None else total + message
        return total
