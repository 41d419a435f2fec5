"""The program of a graph for a GPU: elementwise calls that belong together are made by one kernel.

With this module, one can
- plan:     steps = fused(line.calls, wanted)          kernels and other calls, in an order that can be run
- write:    program = FusedProgram(line); program.text, program.run(x, w) -> (output, {"w": gradient})

Which calls belong together? A call is in a *stage*: calls that are elementwise in even ones, all others (products,
sums, reshapes) in odd ones, each in the first stage in which everything that it needs is there.

    stage 0    x * x,  1 - y                 one kernel per shape
    stage 1    (x * x) @ w                   one after the other
    stage 2    tanh((x * x) @ w), …          one kernel per shape

All elementwise calls of one stage and one shape are one kernel. Kernels of one stage come in the order of their shapes:
broadcasting only leads from smaller ones to larger ones, so none waits for one behind it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np

from minigrad.kernels import Kernel, fusible
from minigrad.node import function_name
from minigrad.program import ENTRY, execute
from minigrad.vjps import lookup

MOST = 32  # arrays per kernel: their addresses, shapes and strides must fit into the 4 KiB of its arguments


def stages(calls: Sequence[Any]) -> dict[Any, int]:
    """The stage of each call.

    Example:
        >>> from types import SimpleNamespace as Call
        >>> class Value(Call):
        ...     __hash__ = object.__hash__
        >>> f8 = np.dtype(float)
        >>> x = Value(name="x", fun=None, args=(), kwargs={}, shape=(2, 2), dtype=f8)
        >>> y = Value(name="y", fun=np.exp, args=(x,), kwargs={}, shape=(2, 2), dtype=f8)
        >>> z = Value(name="z", fun=np.matmul, args=(y, x), kwargs={}, shape=(2, 2), dtype=f8)
        >>> w = Value(name="w", fun=np.add, args=(z, y), kwargs={}, shape=(2, 2), dtype=f8)
        >>> list(stages([y, z, w]).values())
        [0, 1, 2]
    """
    found: dict[Any, int] = {}
    for call in calls:
        before = max([found.get(a, 0) for a in operands(call)], default=0)
        found[call] = before + (before % 2 == (1 if fusible(call) else 0))
    return found


def operands(call: Any) -> list[Any]:
    """The arguments that are computed or handed in."""
    return [a for a in call.args if hasattr(a, "fun")]


def fused(calls: Sequence[Any], wanted: Collection[Any]) -> list[Any]:
    """The calls in an order that can be run, those that belong together as a Kernel.

    Args:
        calls: in the order of the program; see `kernels.fusible` for what they are made of.
        wanted: the calls whose results the caller wants to have.

    Returns:
        Kernels, and calls that are none; a single elementwise call stays what it is.
    """
    stage, users = stages(calls), uses(calls)
    order = sorted(
        calls, key=lambda call: (stage[call], *size(call, stage))
    )  # stable: else in the program's order
    groups: list[list[Any]] = []
    for call in order:
        same = groups and not stage[call] % 2 and stage[groups[-1][0]] == stage[call]
        if same and groups[-1][0].shape == call.shape and room(groups[-1], call):
            groups[-1].append(call)
        else:
            groups.append([call])
    steps: list[Any] = []
    for group in groups:
        if len(group) == 1:  # no kernel of ours would be better than CuPy's own
            steps += group
            continue
        seen = {call.name for call in group if call in wanted or not users[call] <= set(group)}
        steps.append(Kernel(group, seen))
    return steps


def size(call: Any, stage: dict[Any, int]) -> tuple:
    """What a kernel's place within its stage follows from: broadcasting never makes it smaller."""
    return () if stage[call] % 2 else (len(call.shape), math.prod(call.shape), sum(call.shape), call.shape)


def uses(calls: Sequence[Any]) -> dict[Any, set]:
    """For each call, the calls that use its result."""
    found: dict[Any, set] = {call: set() for call in calls}
    for call in calls:
        for a in operands(call):
            found.setdefault(a, set()).add(call)
    return found


def room(group: list[Any], call: Any) -> bool:
    """Whether a kernel can take one more call: as many arrays as if each result were wanted, to be on the safe side."""
    own = {c.name for c in group}
    read = {
        id(a)
        for c in (*group, call)
        for a in c.args
        if hasattr(a, "dtype") and getattr(a, "name", "") not in own
    }
    return len(read) + len(group) + 1 <= MOST


class FusedProgram:
    """A program as straight-line Python, in which elementwise calls are made by kernels.

    Args:
        line: with `inputs` (values by name), `calls`, `output` and `gradients`, as `minigrad.compiled.straightline`
            makes it.

    Attributes:
        steps: its kernels, and the calls between them.
        text: the program; each kernel's own text stands above it.
        given: what its names stand for: functions, kernels and constants.
        run: the function: run(*inputs) -> (output, {"w": gradient}).
    """

    def __init__(self, line: Any) -> None:
        results = [v for v in (line.output, *line.gradients.values()) if hasattr(v, "fun")]
        self.steps = fused(line.calls, results)
        self.given: dict[str, Any] = {}
        self._constants: dict[int, str] = {}
        self._new = {v for step in self.steps if isinstance(step, Kernel) for v in step.outputs}
        self._new |= {call for call in line.calls if isinstance(call.fun, np.ufunc)}
        head, body = [], []
        for step, ended in zip(self.steps, last_uses(self.steps, results), strict=True):
            if isinstance(step, Kernel):
                name = self._unused("kernel")
                self.given[name] = step()
                said = f"{step.reads} -> {step.writes}\n{step.body}".replace("\n", "\n#     ")
                head.append(f"# {name}: {said}")
                outputs, inputs = (", ".join(map(self._name, part)) for part in (step.outputs, step.inputs))
                body.append(f"{outputs} = {name}({inputs})")
            else:
                body.append(f"{step.name} = {self._call(step)}")
            body += [f"del {', '.join(ended)}"] if ended else []
        gradients = ", ".join(f'"{name}": {self._given_away(v)}' for name, v in line.gradients.items())
        body.append(f"return {self._given_away(line.output)}, {{{gradients}}}")
        inputs = ", ".join(value.name for value in line.inputs.values())
        self.text = "\n".join([*head, f"def {ENTRY}({inputs}):", *[f"    {row}" for row in body]]) + "\n"
        self.run: Callable = execute(self.text, self.given)

    def _call(self, call: Any) -> str:
        """One call as it stands in the program."""
        primitive = lookup(call.fun)
        args = [self._name(a) for a in call.args]
        args = [f"[{', '.join(args)}]"] if primitive.sequence else args
        args += [f"{option}={self._name(value)}" for option, value in call.kwargs.items()]
        if hasattr(call.fun, "forward"):  # a Function of the user's
            run = lambda *values: primitive.call(list(values), {})
        else:
            run = call.fun if primitive.sequence else primitive.run
        return f"{self._name(run, function_name(call.fun))}({', '.join(args)})"

    def _name(self, x: Any, wish: str = "constant") -> str:
        """The variable of a value; simple constants as they are written, functions and others under a name."""
        if hasattr(x, "fun"):
            return x.name
        if x is None or type(x) in (bool, int, str) or (type(x) is float and math.isfinite(x)):
            return repr(x)
        if id(x) not in self._constants:
            self._constants[id(x)] = name = self._unused(wish)
            self.given[name] = x
        return self._constants[id(x)]

    def _given_away(self, result: Any) -> str:
        """A result that shares memory with nothing: not with inputs, constants or another result."""
        name = self._name(result)
        if result in self._new:
            self._new.remove(result)  # if it is given away a second time, as a copy
            return name
        return name if isinstance(result, (int, float, complex, np.generic)) else f"{name}.copy()"

    def _unused(self, wish: str) -> str:
        """A name for something that is given."""
        k = 1
        while f"{wish}_{k}" in self.given:
            k += 1
        return f"{wish}_{k}"


def last_uses(steps: Sequence[Any], results: Collection[Any]) -> list[list[str]]:
    """Per step, the values that nobody looks at any more afterwards: CuPy can use their memory again."""
    last: dict[Any, int] = {}
    for k, step in enumerate(steps):
        made = step.outputs if isinstance(step, Kernel) else [step]
        read = step.inputs if isinstance(step, Kernel) else operands(step)
        last |= dict.fromkeys([*made, *[a for a in read if hasattr(a, "fun")]], k)
    ends: list[list[str]] = [[] for _ in steps]
    for v, k in last.items():
        if v not in results:
            ends[k].append(v.name)
    return ends
