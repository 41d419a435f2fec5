"""The forward and the backward pass of a graph, written out as one Python program in NumPy.

With this module, one can
- write it:     p = Program(output, inputs, wanted); p.text()
- run it:       execute(p.text(), p.given)(x=…, w=…) -> (output, {"w": gradient})

The backward pass needs no generator of its own: under `create_graph=True` it is recorded like any other
computation, and its nodes are printed like those of the forward pass.

Source: van Merriënboer, Moldovan & Wiltschko (2018), "Tangent: automatic differentiation using source-code
transformation", for the idea of a derivative that a person can read.
"""

from __future__ import annotations

import bisect
import difflib
import keyword
import math
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from minigrad.backprop import sweep
from minigrad.definitions import definition, numpy_name
from minigrad.device import to_cpu
from minigrad.gradients import vertex
from minigrad.modes import capturing, enable_grad
from minigrad.node import Node, ancestors, function_name, tick
from minigrad.record import Parts
from minigrad.ruletext import rule_text
from minigrad.symbols import symbol
from minigrad.vjps import lookup

INFIX = {
    "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "power": "**", "matmul": "@",
    "less": "<", "greater": ">", "equal": "==",
}  # fmt: skip
ENTRY = "forward_backward"


class Program:
    """Collects the lines of the program of one output.

    Attributes:
        forward, backward: the nodes of the two passes, in the order of their calls.
        results: the output, under "", and the gradients by the name of the input, as this run computed them.
        root: the vertex of the output.
        roots: the vertices of the gradients, by the name of the input.
        names: the variable of every vertex.
        given: what the text cannot hold (large constants, the user's own Function objects), by variable.
    """

    def __init__(self, output: Any, inputs: Mapping[str, Any], wanted: Sequence[str]) -> None:
        self.output, self.inputs, self.wanted = output, inputs, wanted
        self.names: dict[Any, str] = {}
        self.taken = {"np", "math", ENTRY}
        self.copies: dict[str, int] = defaultdict(lambda: 1)
        self.given: dict[str, Any] = {}
        self.nameless = 0
        self.constants: list[str] = []
        self.definitions: dict[str, str] = {}
        for name, leaf in inputs.items():
            self.name(leaf, name)
        self.forward = ancestors(vertex(output))[::-1]
        for node in self.forward:
            self.name(node, node.name or self.fresh())
        self.messages: dict[Any, str] = {}  # what is sent, or the sum of what was, and to whom
        self.marks: list[int] = []
        self.comments: list[str] = []
        gradients = self._backward()
        self.results = {"": output._data, **{name: g._data for name, g in gradients.items()}}
        self.root = vertex(output)
        self.roots = {name: vertex(g) for name, g in gradients.items()}
        done = set(self.forward)
        self.backward = [node for node in ancestors(*self.roots.values())[::-1] if node not in done]
        for node in self.backward:
            self._name_message(node)

    def name(self, v: Any, wish: str) -> str:
        """A variable for `v`, as near to the wish as Python and the other names allow."""
        base = "".join(c if f"_{c}".isidentifier() else "_" for c in wish) or "t"
        base = base if base.isidentifier() and not keyword.iskeyword(base) else f"v_{base}"
        name = base
        while name in self.taken:
            self.copies[base] += 1
            name = f"{base}_{self.copies[base]}"
        self.taken.add(name)
        self.names[v] = name
        return name

    def fresh(self) -> str:
        """A variable for a value that the user gave no name."""
        self.nameless += 1
        return f"t{self.nameless}"

    def unused(self, wish: str = "") -> str:
        """A variable for what is no vertex of the graph."""
        return self.name(object(), wish or self.fresh())

    def _name_message(self, node: Node) -> None:
        """A variable for a node of the backward pass: d_x for a message to x, d_x_sum for a sum of such."""
        if self.adds_up(node):
            self.messages[node] = self.messages[node.parents[0]]
            self.name(node, f"{self.messages[node]}_sum")
        elif node not in self.names:
            self.name(node, self.fresh())

    def _backward(self) -> dict[str, Any]:
        """Record the backward pass, noting which nodes each message is made of."""
        wanting = {name: self.inputs[name] for name in self.wanted}
        ones = self.output.wrap(np.ones_like(self.output._data))
        self.seed = vertex(ones)
        self.name(ones, f"d_{self.names[vertex(self.output)]}")

        def watch(node: Node, i: int, g: Any, sent: Any, message: Any) -> None:
            self.marks.append(tick())
            sender = symbol(function_name(node.fun), node.args, node.parents)
            self.comments.append(f"{sender} sends {self.names[node.parents[i]]}: {rule_text(node.fun, i)}")
            receiver = node.parents[i]
            if not isinstance(message, Parts):
                self.messages[vertex(message)] = f"d_{self.names[receiver]}"
                if message.node is not None and message.node not in self.names:
                    self.name(message.node, f"d_{self.names[receiver]}")

        with enable_grad(), capturing():
            found = sweep({vertex(self.output): ones}, list(wanting.values()), self.output.lift, watch)
        return {name: found[leaf] for name, leaf in wanting.items() if leaf in found}

    def text(self) -> str:
        """The whole program."""
        lines = [(self.statement(node), symbol_of(node)) for node in self.forward]
        lines.append(("", ""))
        lines.append(
            (f"{self.names[self.seed]} = {self.constant(self.seed._data)}", "the backward pass starts here")
        )
        lines += [(self.statement(node), self.comment(node)) for node in self.backward]
        returned = ", ".join(f'"{name}": {self.variable(v)}' for name, v in self.roots.items())
        lines.append((f"return {self.names[self.root]}, {{{returned}}}", ""))
        body = aligned(lines, "    ")
        head = (
            ["import math", "", "import numpy as np", ""] if self.definitions else ["import numpy as np", ""]
        )
        functions = [part for text in self.definitions.values() for part in ("", text, "")]
        signature = f"def {ENTRY}({', '.join(self.names[leaf] for leaf in self.inputs.values())}):"
        return "\n".join([*head, *functions, *self.constants, "", signature, *body]) + "\n"

    def calls(self) -> list[tuple[Node, str]]:
        """The nodes of both passes, in the order of their calls, each with the comment that belongs to it."""
        return [(node, symbol_of(node)) for node in self.forward] + [
            (node, self.comment(node)) for node in self.backward
        ]

    def comment(self, node: Node) -> str:
        """Which message the node helps to compute; additions of messages stand between these."""
        k = bisect.bisect(self.marks, node.order)
        return "the messages add up" if self.adds_up(node) or k == len(self.comments) else self.comments[k]

    def adds_up(self, node: Node) -> bool:
        """Whether this is an addition that the engine made: of two messages to the same node."""
        return node.fun is np.add and all(p in self.messages for p in node.parents)

    def statement(self, node: Node) -> str:
        """One call as an assignment."""
        args = [
            self.variable(p) if p is not None else self.constant(a)
            for a, p in zip(node.args, node.parents, strict=True)
        ]
        return f"{self.names[node]} = {self.expression(node, args)}"

    def expression(self, node: Node, args: list[str]) -> str:
        """The right-hand side."""
        fun, op = node.fun, function_name(node.fun)
        if isinstance(fun, np.ufunc) and op in INFIX:
            return f"{args[0]} {INFIX[op]} {args[1]}"
        if op == "negative":
            return f"-{args[0]}"
        if op in ("getitem", "pick"):
            return f"{args[0]}[{subscript(node.args[1], self.constant)}]"
        if op == "cast":
            return f"{args[0]}.astype({args[1]})"
        options = [f"{key}={self.constant(value)}" for key, value in node.kwargs.items()]
        if numpy_name(fun):
            given = [f"[{', '.join(args)}]"] if lookup(fun).sequence else args
            return f"{numpy_name(fun)}({', '.join(given + options)})"
        if hasattr(fun, "forward"):  # a Function of the user's
            self.given.setdefault(op, fun)
            return f"{op}.forward([{', '.join(args)}])"
        definition(fun, self.definitions)
        args = [f"[{', '.join(args)}]"] if lookup(fun).sequence else args
        return f"{op}({', '.join(args + options)})"

    def variable(self, v: Any) -> str:
        """The variable of a vertex; a static Tensor that is no input becomes a constant."""
        if v not in self.names:
            return self.constant(v._data)
        return self.names[v]

    def constant(self, value: Any) -> str:
        """A constant as Python text; one that is too large for that is handed in."""
        value = to_cpu(value)  # the text is NumPy, wherever the graph ran
        if isinstance(value, np.ndarray) and (value.ndim or value.dtype == object):
            name = self.name(object(), f"c{len(self.constants) + 1}")
            if value.size <= 16:
                self.constants.append(f"{name} = np.array({value.tolist()!r}, dtype=np.{value.dtype})")
            else:
                self.given[name] = value
                self.constants.append(f"# {name}: a constant of shape {value.shape}, handed in")
            return name
        if isinstance(value, (np.ndarray, np.generic)):
            number = self.constant(value.item())
            usual = value.dtype in (np.float64, np.int64, np.bool_, np.complex128)
            return number if usual else f"np.{value.dtype}({number})"
        if isinstance(value, slice):
            return f"slice({value.start!r}, {value.stop!r}, {value.step!r})"
        if isinstance(value, (tuple, list)):
            inner = ", ".join(self.constant(item) for item in value)
            return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' * (len(value) == 1)})"
        if isinstance(value, np.dtype) or (isinstance(value, type) and issubclass(value, np.generic)):
            return f"np.{np.dtype(value)}"
        if isinstance(value, float) and not math.isfinite(value):
            return f'float("{value}")'
        return "..." if value is ... else repr(value)


def no_such_input(name: str, known: Collection[str], unrecorded: Collection[str]) -> str:
    """The sentence for an input that a graph does not have. `unrecorded`: those that no call of it has used."""
    if name in unrecorded:
        return (
            f"The input {name!r} was not recorded: the function did not use it, or read its numbers as an index, a "
            f"size or a condition of its own. Other values would change nothing. Use it in functions of Tensors: "
            f"np.take(x, {name}, axis=0), np.where({name} > 0, x, y)."
        )
    near = difflib.get_close_matches(name, known, n=1)
    return f"This graph has no input called {name!r}; it has {', '.join(known) or 'no named ones'}." + (
        f" Did you mean {near[0]!r}?" if near else ""
    )


def aligned(lines: list[tuple[str, str]], indent: str) -> list[str]:
    """Lines of code with what is said of them below each other."""
    width = min(60, max([len(code) for code, said in lines if said], default=0))
    return [
        f"{indent}{code:{width}}  # {said}" if said else f"{indent}{code}".rstrip() for code, said in lines
    ]


def subscript(index: Any, constant: Callable[[Any], str]) -> str:
    """What stands between the brackets: 0, :1, [mask]. `constant` gives the text of its parts."""
    if isinstance(index, tuple) and index:
        return ", ".join(subscript(part, constant) for part in index)
    if isinstance(index, slice):
        ends = ["" if end is None else repr(end) for end in (index.start, index.stop, index.step)]
        return ":".join(ends if ends[2] else ends[:2])
    return constant(index)


def symbol_of(node: Node) -> str:
    """How the node is written in pictures."""
    return symbol(function_name(node.fun), node.args, node.parents)


def execute(text: str, given: Mapping[str, Any], entry: str = ENTRY) -> Callable:
    """The function `entry` that the program defines."""
    space: dict[str, Any] = dict(given)
    exec(compile(text, "<graph>", "exec"), space)
    return space[entry]
