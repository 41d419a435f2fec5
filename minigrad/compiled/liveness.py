"""Which values of a program may lie in the same memory, one after the other.

With this module, one can
- share it out:     memory = Memory(line, Layout(line, inputs)); memory.buffers, memory.place[value]

A value *lives* from the call that computes it to the last call that looks at it. After that its memory is free,
and a later value of the same shape and dtype can have it:

    a = x * y      # a takes buffer 1                  a
    b = tanh(a)    # a's last use: b takes buffer 1    b        (in place: an elementwise function may)
    c = b @ w      # b is used below: c takes 2        b  c
    d = b - c      # b's and c's last use: d takes 1   d

A view (a transpose, a slice) has no memory of its own; it *looks into* that of the value it was made of, and as
long as it lives, so does that value. A function that is not known to write into new memory might give a view of
any of its arguments, and counts as if it did.

Source: Aho, Lam, Sethi & Ullman, "Compilers: principles, techniques, and tools" (2006), section 8.4 (liveness) and
8.8 (registers, which are small buffers).
"""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np

from minigrad.compiled.forms import elementwise, is_number, is_view, makes_new, may_be_view, takes_buffer
from minigrad.compiled.layout import Layout, Order, blank, evaluated, operands
from minigrad.compiled.straightline import StraightLine, Value

Kind = tuple[tuple, np.dtype, Order]  # what a buffer has in common with the values that lie in it


class Memory:
    """Where the values of a program lie.

    Attributes:
        buffers: shape, dtype and order in memory of each buffer.
        place: the number of the buffer in which a value lies.
        views: the values that are views of a buffer, and so the same ones in every run.
        own: the values that get new memory in every run because they are given away as results.
        given: the results that can be given away as they are; of the others a copy is.
        freed: per call, the values outside of the buffers that nobody looks at any more.
    """

    def __init__(self, line: StraightLine, layout: Layout) -> None:
        self._layout = layout
        self.buffers: list[Kind] = []
        self.place: dict[Value, int] = {}
        self.own: set[Value] = set()
        self.given: set[Value] = set()
        self._owners: dict[Value, frozenset[Value]] = {}
        self._blank: dict[Value, np.ndarray] = {}  # arrays without numbers, for values whose layout is known
        for value in (*line.inputs.values(), *line.calls):
            self._owners[value] = self._looks_into(value)
        results = [v for v in (line.output, *line.gradients.values()) if isinstance(v, Value)]
        for v in results:
            self._give(v)
        last = self._last_uses(line.calls, results)
        self._share(line.calls, last)
        in_buffers = self.place.keys()
        self.views = {v for v in self._blank if v not in self._owners[v] and self._owners[v] <= in_buffers}
        self.freed = self._outside(line.calls, results)
        self._blank.clear()

    def kind(self, value: Value) -> Kind:
        """What a buffer must have in common with a value."""
        return value.shape, value.dtype, self._layout.order[value]

    def _looks_into(self, value: Value) -> frozenset[Value]:
        """The values in whose memory `value` may look; itself, if it has memory."""
        if value.fun is None or is_number(value):
            return frozenset()
        if takes_buffer(value):
            self._blank[value] = blank(*self.kind(value))
            return frozenset({value})
        if self._makes_new(value):
            return frozenset({value})
        looked_into = frozenset[Value]().union(*[self._owners[a] for a in operands(value)])
        return looked_into if self._views_a_blank(value) or is_view(value) else looked_into | {value}

    def _makes_new(self, value: Value) -> bool:
        """Whether it lies in new memory: its function says so, and the run did not show the opposite."""
        return makes_new(value) and value not in self._layout.shared

    def _views_a_blank(self, value: Value) -> bool:
        """Whether it is a view of memory whose layout is known. A reshape is, unless entries would have to move."""
        base = operands(value)[0] if len(operands(value)) == 1 else None
        if base not in self._blank or not may_be_view(value) or value.shape == ():
            return False
        view = evaluated(value, self._blank)
        if np.may_share_memory(view, self._blank[base]):
            self._blank[value] = view
        return value in self._blank

    def _give(self, result: Value) -> None:
        """Give a result away with the memory that it looks into, if that is no larger and was not given before."""
        if is_number(result):
            self.given.add(result)
        if len(self._owners[result]) == 1:
            (owner,) = self._owners[result]
            new = takes_buffer(owner) or self._makes_new(owner)
            if new and self._is_all_of(result, owner) and owner not in self.own:
                self.own.add(owner)
                self.given.add(result)

    def _is_all_of(self, view: Value, owner: Value) -> bool:
        """Whether a value has every entry of the memory, each once, and may be written to."""
        if view is owner or view not in self._blank:
            return view is owner
        return math.prod(view.shape) == math.prod(owner.shape) and self._blank[view].flags.writeable

    def _last_uses(self, calls: list[Value], results: list[Value]) -> dict[Value, int]:
        """Of each value with memory, the number of the last call that looks into it."""
        last: dict[Value, int] = {}
        for k, call in enumerate(calls):
            for value in (call, *operands(call)):
                last |= dict.fromkeys(self._owners[value], k)
        return last | {owner: len(calls) for v in results for owner in self._owners[v]}

    def _share(self, calls: list[Value], last: dict[Value, int]) -> None:
        """Go through the calls, handing out buffers and taking them back."""
        free: dict[Kind, list[int]] = defaultdict(list)
        ends: list[list[Value]] = [[] for _ in range(len(calls) + 1)]
        for owner, k in last.items():
            if takes_buffer(owner) and owner not in self.own:
                ends[k].append(owner)
        for call, ended in zip(calls, ends, strict=False):
            over = [o for o in ended if self._may_be_overwritten(o, call)]
            for owner in over:
                free[self.kind(owner)].append(self.place[owner])
            if takes_buffer(call) and call not in self.own:
                if not free[self.kind(call)]:
                    free[self.kind(call)].append(len(self.buffers))
                    self.buffers.append(self.kind(call))
                self.place[call] = free[self.kind(call)].pop()
            for owner in ended:
                if owner not in over:
                    free[self.kind(owner)].append(self.place[owner])

    def _may_be_overwritten(self, owner: Value, call: Value) -> bool:
        """Whether the result may be written over this argument: entry by entry, and no other argument looks there."""
        seen_through = [a for a in operands(call) if owner in self._owners[a]]
        return elementwise(call) and bool(seen_through) and all(a is owner for a in seen_through)

    def _outside(self, calls: list[Value], results: list[Value]) -> list[list[Value]]:
        """Per call the values it is the last to use, of those that lie outside of the buffers and are no results."""
        last = {v: k for k, call in enumerate(calls) for v in (call, *operands(call))}
        freed: list[list[Value]] = [[] for _ in calls]
        for v, k in last.items():
            if v not in results and any(owner not in self.place for owner in self._owners[v]):
                freed[k].append(v)
        return freed
