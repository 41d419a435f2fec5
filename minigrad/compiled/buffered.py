"""The program of a graph once more, written so that its values land in memory that is there already.

With this module, one can
- write it:     program = Buffered(Program(…)); program.text
- run it:       run = program.workspace(); run(x, w) -> (output, {"w": gradient})

The text defines `workspace`, which lays out the buffers and the views of them, and gives the function that computes.
Its line `t3 = add(t1, b, m2)` is NumPy's add with the result in the buffer m2. What goes to the user is never in a
buffer, and shares memory with nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad.compiled.constants import key
from minigrad.compiled.forms import expression, is_number, takes_buffer
from minigrad.compiled.layout import Layout, Order, blank, is_usual
from minigrad.compiled.liveness import Memory
from minigrad.compiled.results import LARGE, Reused
from minigrad.compiled.straightline import StraightLine, Value
from minigrad.program import ENTRY, Program, aligned, execute

PLAIN = (type(None), bool, int, str, type(...))  # constants that are written where they stand


class Buffered:
    """Writes the program.

    Attributes:
        text: the whole program.
        given: what its names stand for that the text does not define: functions and constants.
        workspace: makes the function, with buffers of its own. One workspace serves one run at a time.

    Example:
        >>> import minigrad as mg
        >>> x = mg.tensor([0.5, 1.5], requires_grad=True, name="x")
        >>> print(mg.Graph(np.tanh(x * x)).compile().source)
        # c1: 1.0, float64
        # c2: [1.0, 1.0], float64
        def workspace():
            m1 = empty((2,), "float64")
        <BLANKLINE>
            def forward_backward(x):
                t1 = multiply(x, x, m1)      # ×
                t2 = tanh(t1)                # tanh
                t3 = multiply(t2, t2, m1)    # tanh sends t1: g * (1 - out * out)
                t4 = subtract(c1, t3, m1)    # tanh sends t1: g * (1 - out * out)
                d_t1 = multiply(c2, t4, m1)  # tanh sends t1: g * (1 - out * out)
                d_x = multiply(d_t1, x, m1)  # × sends x: g * y
                d_x_sum = add(d_x, d_x)      # the messages add up
                return t2, {"x": d_x_sum}
        <BLANKLINE>
            return forward_backward
        <BLANKLINE>
    """

    def __init__(self, program: Program) -> None:
        self._unused = program.unused
        self._line = StraightLine(program)
        inputs = {name: leaf._data for name, leaf in program.inputs.items()}
        self._memory = Memory(self._line, Layout(self._line, inputs))
        self._buffers = [self._unused(f"m{k + 1}") for k in range(len(self._memory.buffers))]
        self._names: dict[Any, str] = {}
        self._constants: list[str] = []
        self.given: dict[str, Any] = {}
        entry = self._unused("workspace")
        self.text = self._text(entry)
        self.workspace: Callable[[], Callable] = execute(self.text, self.given, entry)

    def _text(self, entry: str) -> str:
        """The whole program."""
        memory, results = self._memory, self._line.gradients
        buffers = zip(self._buffers, memory.buffers, strict=True)
        setup = [(self._array(name, *kind), "") for name, kind in buffers]
        body: list[tuple[str, str]] = []
        for call, freed in zip(self._line.calls, memory.freed, strict=True):
            if call in memory.views:
                setup.append((f"{call.name} = {expression(call, self._in_setup)}", call.said))
            else:
                out = self._out(call, setup)
                body.append((f"{call.name} = {expression(call, self._name, out)}", call.said))
            if freed:
                body.append((f"del {', '.join([v.name for v in freed])}", ""))
        gradients = ", ".join([f'"{name}": {self._given_away(v)}' for name, v in results.items()])
        body.append((f"return {self._given_away(self._line.output)}, {{{gradients}}}", ""))
        inputs = ", ".join([value.name for value in self._line.inputs.values()])
        lines = [
            *self._constants,
            f"def {entry}():",
            *aligned(setup, "    "),
            "",
            f"    def {ENTRY}({inputs}):",
            *aligned(body, "        "),
            "",
            f"    return {ENTRY}",
        ]
        return "\n".join(lines) + "\n"

    def _array(self, name: str, shape: tuple, dtype: Any, order: Order) -> str:
        """The line that lays out a buffer."""
        if is_usual(order):
            return f'{name} = {self._name(np.empty, "empty")}({shape}, "{dtype}")'
        return f'{name} = {self._name(blank, "blank")}({shape}, "{dtype}", {order})'

    def _out(self, call: Value, setup: list[tuple[str, str]]) -> str:
        """What stands at the place of `out`: a buffer; for a large result, memory that was let go of; or nothing."""
        if call in self._memory.place:
            return self._buffers[self._memory.place[call]]
        if not takes_buffer(call) or call.fun is np.mean:  # a mean would need its memory twice
            return ""
        shape, dtype, order = self._memory.kind(call)
        if math.prod(shape) * dtype.itemsize < LARGE or not is_usual(order):
            return ""
        name = self._unused(f"{call.name}_memory")
        setup.append((f'{name} = {self._name(Reused, "Reused")}({shape}, "{dtype}")', ""))
        return f"{name}()"

    def _given_away(self, result: Any) -> str:
        """A result that shares memory with nothing: not with inputs, buffers, constants or another result."""
        name = self._name(result)
        if isinstance(result, Value) and result in self._memory.given:
            if not is_number(result):
                self._memory.given.remove(result)  # if it is given away a second time, as a copy
            return name
        return name if isinstance(result, (int, float, complex, np.generic)) else f"{name}.copy()"

    def _in_setup(self, x: Any, wish: str = "") -> str:
        """The variable of a value that is the same array in every run."""
        placed = isinstance(x, Value) and x in self._memory.place
        return self._buffers[self._memory.place[x]] if placed else self._name(x, wish)

    def _name(self, x: Any, wish: str = "") -> str:
        """The variable of a value, a function or a constant; simple constants as they are written."""
        if isinstance(x, Value):
            return x.name
        if type(x) in PLAIN or (type(x) is float and math.isfinite(x)):
            return repr(x)
        if type(x) in (tuple, list):
            inner = ", ".join([self._name(part) for part in x])
            return f"[{inner}]" if type(x) is list else f"({inner}{',' * (len(x) == 1)})"
        if type(x) is slice:
            return f"slice({self._name(x.start)}, {self._name(x.stop)}, {self._name(x.step)})"
        known = key(x)
        if known not in self._names:
            name = self._names[known] = self._unused(wish or f"c{len(self._constants) + 1}")
            self.given[name] = x
            if not wish:
                self._constants.append(f"# {name}: {said_of(x)}")
        return self._names[known]


def said_of(x: Any) -> str:
    """A constant in a few words."""
    if not isinstance(x, (np.ndarray, np.generic)):
        return type(x).__name__
    return f"{x.tolist()}, {x.dtype}" if x.size <= 16 else f"{x.dtype} of shape {x.shape}"
