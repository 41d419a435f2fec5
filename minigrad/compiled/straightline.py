"""The calls of a program in the order in which they are made, each of them once.

With this module, one can
- list them:     line = StraightLine(program); line.calls, line.output, line.gradients

Four things are made simpler, and no number changes by it:
- A call whose arguments are all constant is made now, once for all runs.
- Of several equal calls one is made. A rule often computes what the forward pass, or another rule, has computed
  before: both factors of x * x send the message g * x.
- A function of ours that is nothing but NumPy calls is opened up (`minigrad.compiled.opened`), so that what it computes
  on its way is found among the calls too.
- Signs are carried along until a call can take them up for nothing (`minigrad.compiled.signs`).

Source: Cocke, "Global common subexpression elimination" (1970); numbering values is from Aho, Lam, Sethi & Ullman,
"Compilers: principles, techniques, and tools" (2006), section 6.1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad.compiled.constants import content, key
from minigrad.compiled.opened import Blank, Body, opened
from minigrad.compiled.signs import Minus, unsigned
from minigrad.definitions import numpy_name
from minigrad.node import Node
from minigrad.program import Program
from minigrad.vjps import lookup


class Value:
    """One value of the program: an input, or the result of a call.

    Attributes:
        name: its variable.
        fun, args, kwargs: the call; args are Values and constants. `fun` is None for an input.
        shape, dtype: of the value; `shape` is a list for the results of a function that has several.
        said: what the line is for.
    """

    __slots__ = ("args", "dtype", "fun", "kwargs", "name", "said", "shape")

    def __init__(
        self,
        name: str,
        fun: Any,
        args: tuple,
        kwargs: dict,
        shape: Any,
        dtype: Any,
        said: str = "",
    ) -> None:
        self.name = name
        self.fun = fun
        self.args = args
        self.kwargs = kwargs
        self.shape = shape
        self.dtype = dtype
        self.said = said

    def __repr__(self) -> str:
        return f"<Value {self.name}, shape {self.shape}>"


class StraightLine:
    """The calls of a Program, with equal ones made once.

    Args:
        program: whose calls are listed.
        device: where it is to run.

    Attributes:
        inputs: a Value per input of the program, by its name.
        calls: the Values that are computed, in the order of their calls.
        output: the Value of the output; a constant, if it depends on no input.
        gradients: the Values of the gradients, by the name of the input.
    """

    def __init__(self, program: Program, device: str = "cpu") -> None:
        self._device = device
        self.calls: list[Value] = []
        self._unused = program.unused
        self._made: dict[Any, tuple[Any, Value]] = {}
        self._values: dict[Any, Any] = {}
        self.inputs = {
            name: Value(program.names[leaf], None, (), {}, leaf.shape, leaf.dtype)
            for name, leaf in program.inputs.items()
        }
        for name, leaf in program.inputs.items():
            self._values[leaf] = self.inputs[name]
        for node, said in program.calls():
            self._values[node] = self._add(node, program.names[node], said, self._value)
        self.output = self._plain(self._value(program.root))
        self.gradients = {name: self._plain(self._value(v)) for name, v in program.roots.items()}

    def lines(self) -> list:
        """The program in a form that two recordings of one graph have in common."""
        place: dict[Any, Any] = {value: name for name, value in self.inputs.items()}
        place |= {call: k for k, call in enumerate(self.calls)}

        def operand(a: Any) -> Any:
            return place[a] if isinstance(a, Value) else content(a)

        results = [operand(self.output), *[(name, operand(v)) for name, v in self.gradients.items()]]
        calls = [(c.fun, content(c.kwargs), content(c.shape), *map(operand, c.args)) for c in self.calls]
        return calls + results

    def _value(self, v: Any) -> Any:
        """The Value of a vertex; of a static Tensor its array, a constant."""
        return self._values[v] if v in self._values else v._data  # noqa: SIM401  (a node has no _data)

    def _add(self, node: Node, name: str, said: str, value: Callable[[Any], Any]) -> Any:
        """The result of a node: a Value, its negative, or a constant. `value` finds those of its parents."""
        args = tuple([a if p is None else value(p) for a, p in zip(node.args, node.parents, strict=True)])
        fun, sign = node.fun, False
        if fun is np.negative and isinstance(args[0], (Value, Minus)) and node.dtype.kind == "f":
            return args[0].of if isinstance(args[0], Minus) else Minus(args[0])
        if any(isinstance(a, Minus) for a in args):
            moved = unsigned(fun, args) if node.dtype.kind == "f" else None
            fun, args, sign = moved or (fun, tuple(map(self._plain, args)), False)
        name = self._unused(f"minus_{name}") if sign else name
        made = self._made_once(Value(name, fun, args, node.kwargs, node.shape, node.dtype, said))
        return Minus(made) if sign else made

    def _plain(self, x: Any) -> Any:
        """A value with its sign computed."""
        if not isinstance(x, Minus):
            return x
        return self._made_once(Value(self._unused(), np.negative, (x.of,), {}, x.of.shape, x.of.dtype, "−"))

    def _made_once(self, call: Value) -> Any:
        """The result of the call, or what an equal call before has given."""
        if not repeatable(call.fun):
            self.calls.append(call)
            return call
        if not any(isinstance(a, Value) for a in call.args):
            with np.errstate(all="ignore"):
                return lookup(call.fun).call(list(call.args), call.kwargs)
        known = (call.fun, key(call.args), key(call.kwargs))
        if known not in self._made:
            blanks = tuple(
                [Blank(a.shape, a.dtype, self._device) if isinstance(a, Value) else a for a in call.args]
            )
            body = opened(call.fun, blanks, call.kwargs)
            if body is None:
                self.calls.append(call)
            result = call if body is None else self._inner(body, call)
            # The call stays with it: the key knows large arrays by their identity, so they must not be freed.
            self._made[known] = result, call
        return self._made[known][0]

    def _inner(self, body: Body, call: Value) -> Any:
        """The calls that an opened function makes, in place of its own; the last one gets its name."""
        values: dict[Any, Any] = {leaf: call.args[i] for leaf, i in body.position.items()}

        def found(v: Any) -> Any:
            return values[v] if v in values else v._data  # noqa: SIM401  (a node has no _data)

        for node in body.nodes:
            name = call.name if node is body.nodes[-1] else self._unused()
            values[node] = self._add(node, name, call.said, found)
        return self._plain(values[body.nodes[-1]])


def repeatable(fun: Callable) -> bool:
    """Whether equal arguments give equal results: NumPy's functions and ours do. A user's may draw random numbers."""
    ours = (getattr(fun, "__module__", None) or "").startswith("minigrad.")
    return ours or bool(numpy_name(fun))
