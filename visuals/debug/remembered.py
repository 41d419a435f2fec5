"""What the tape remembers, frame by frame: the arrays that rules still ahead will read.

With this module, one can
- look at it:      tape(loss)       a table; in a notebook, a curve in the stepper that follows the step

A node keeps the values that its rules name, and nothing else: `add` none, `tanh` its result, `multiply` both factors.
A value that several nodes keep counts once. The leaves' own data are there anyway, and not counted.

Source: Griewank & Walther, "Evaluating Derivatives" (2008), ch. 4, for the tape and the life of its entries.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Literal

import minigrad as mg
from minigrad.node import ancestors
from minigrad.summary import size_text
from visuals import text as words
from visuals.debug.alive import Saved, gradients, saved
from visuals.debug.report import Report
from visuals.debug.run import Run
from visuals.subject import LIMIT, check_size, described, variables

ROWS = 40  # arrays in a text


def tape(
    output: Any, *, names: Literal["auto"] | dict[str, Any] | None = "auto", gradient: Any = None
) -> Tape:
    """The arrays that a graph keeps for its backward pass: whose values, from when to when, and for which rule.

    Args:
        output: a Tensor.
        names, gradient: as for `visuals.BackpropStepper`.

    Returns:
        A report: `saved` are the arrays; `bytes` and `gradients` say for each step how much memory they, and the
        gradients that are known, take. `print` it; in a notebook it shows the stepper, with a curve that follows the
        step. What is no longer needed could be freed there; minigrad frees it all with the result, so that a second
        backward() is possible.

    Raises:
        TypeError: `output` is no Tensor.
        ValueError: the graph has more than 1000 nodes.

    >>> import minigrad as mg, numpy as np
    >>> x = mg.tensor(np.ones(1000), requires_grad=True, name="x")
    >>> print(tape(np.sum(np.tanh(x + 1.0) * 2.0)))
    The tape remembers 1 array, 7.812 KiB, until it is read for the last time; 3 of 4 values are not needed again.
      tanh   1000 numbers   7.812 KiB   steps 3 to 9   tanh: g * (1 - out * out)
    """
    if not isinstance(output, mg.Tensor):
        raise TypeError(
            f"tape looks at the graph of a Tensor, but got {described(output)}. Pass the result of the computation: "
            f"tape(loss)."
        )
    check_size(len(ancestors(output.node)), LIMIT, "tape")
    caller = sys._getframe(1)
    known = variables(caller) if isinstance(names, str) and names == "auto" else names or {}
    return Tape(Run(output, gradient, known), output, known, gradient)


class Tape(Report):
    """What `tape` found.

    Attributes:
        saved: each a `Saved`, in the order in which they come onto the tape.
        bytes: for each step, from 0, what the arrays take that are still needed.
        gradients: for each step, what the gradients take that are on their way or have reached leaves.
    """

    view = "tape"

    def __init__(self, run: Run, output: Any, names: Mapping[str, Any], gradient: Any) -> None:
        super().__init__(output, names, gradient)
        self.saved = saved(run)
        last = len(run.trace.frames)
        self.bytes = [
            sum(one.bytes for one in self.saved if one.begin <= k <= one.end) for k in range(last + 1)
        ]
        self.gradients = gradients(run)
        self.values = len(run.functions)

    @property
    def peak(self) -> int:
        """The most memory that is needed at once, in bytes."""
        return max(map(sum, zip(self.bytes, self.gradients, strict=True)))

    @property
    def sentence(self) -> str:
        """The tape in one sentence."""
        return told(self.saved, self.values)

    def __str__(self) -> str:
        rows = [
            (one.name, size_text(one.shape), in_words(one.bytes), f"steps {one.begin} to {one.end}",
             "; ".join(one.reasons))
            for one in self.saved[:ROWS]
        ]  # fmt: skip
        wide = [max((len(row[k]) for row in rows), default=0) + 2 for k in range(4)]
        lines = [
            "  " + " ".join([*(f"{text:{w}}" for text, w in zip(row, wide, strict=False)), row[4]])
            for row in rows
        ]
        more = [f"  … and {len(self.saved) - ROWS} more"] if len(self.saved) > ROWS else []
        return "\n".join([self.sentence, *lines, *more])


def told(arrays: list[Saved], values: int) -> str:
    """How much is remembered, and how much is not."""
    if not arrays:
        return "The tape remembers nothing: no rule of this graph reads a value."
    size, n = in_words(sum(one.bytes for one in arrays)), len(arrays)
    names = {one.node for one in arrays if one.node}
    free = values - len(names)
    rest = f"; {free} of {values} values are not needed again" if free > 0 else ""
    several, each = ("", "it is") if n == 1 else ("s", "they are")
    return f"The tape remembers {n} array{several}, {size}, until {each} read for the last time{rest}."


def in_words(size: float) -> str:
    """A number of bytes: "64 KiB".

    >>> in_words(8), in_words(65536), in_words(1500)
    ('8 bytes', '64 KiB', '1.465 KiB')
    """
    power = 0
    while size >= 1024 and power < 4:
        size, power = size / 1024, power + 1
    return f"{words.number(size)} {('bytes', 'KiB', 'MiB', 'GiB', 'TiB')[power]}"


def view(run: Run) -> dict[str, Any]:
    """What the stepper shows, as plain data."""
    arrays = saved(run)
    return {
        "arrays": [asdict(one) for one in arrays],
        "gradients": gradients(run),
        "sentence": told(arrays, len(run.functions)),
    }
