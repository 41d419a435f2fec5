"""The first wrong edge: which rule of a graph is no derivative of its call, found in place and shown in the picture.

With this module, one can
- find it:      first_wrong_edge(loss)          a report; in a notebook, the stepper at that very message
- after a failed gradient check:    first_wrong_edge(error), or first_wrong_edge() in the next cell
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import Any, Literal

import minigrad as mg
from minigrad.node import ancestors
from minigrad.summary import summarize
from visuals.debug.edges import EdgeCheck, checked
from visuals.debug.report import Report, told_error
from visuals.debug.run import Run
from visuals.subject import LIMIT, check_size, described, variables


def first_wrong_edge(
    output: Any = None,
    *,
    names: Literal["auto"] | dict[str, Any] | None = "auto",
    gradient: Any = None,
) -> WrongEdge:
    """Check the rule of every edge against finite differences, in place; say which is the first wrong one.

    Each edge of a graph owns one rule, which maps its upstream gradient g to the message Jᵀg. Here every rule is tried
    on the call that really ran: its forward pass, its own arguments, a random upstream gradient. The edges are tried
    in the order of the backward pass, so everything before the first wrong one is right, its upstream gradient too:
    the mistake is in that rule, and not in what it received.

    Args:
        output: a Tensor, usually the loss; or the error of a failed `mg.gradcheck`. None takes the last error that
            this notebook has shown.
        names: as for `visuals.BackpropStepper`.
        gradient: the upstream gradient of `output` in the picture; None means 1, and ones for several entries.

    Returns:
        A report. `first` is the first wrong edge, None if all are right; `checks` has all of them. `print` it; in a
        notebook it shows the stepper, in which that edge is red and dashed, with a ✗.

    Raises:
        TypeError: `output` is neither a Tensor nor the error of a gradient check.
        ValueError: the graph has more than 1000 nodes.

    Source: Griewank & Walther, "Evaluating Derivatives" (2008), ch. 3.

    >>> import minigrad as mg
    >>> class Square(mg.Function):
    ...     def forward(self, inputs):
    ...         return inputs[0] ** 2
    ...     def backward(self, inputs, output, output_diff):
    ...         return [output_diff * inputs[0]]
    >>> x = mg.tensor(3.0, requires_grad=True, name="x")
    >>> print(first_wrong_edge(2.0 * Square()(x)))
    First wrong edge: Square → x, at step 6 of 7.
      Square: the gradient for x is half as large as it should be: is it the ½ of a square, or ...
      From a random upstream gradient, worst: yours ..., numeric ..., ratio 0.5. 1 of 1 entries are wrong. Seed 0.
      In this run it sends 6; finite differences give 12.
    The edge before it is right, so what it received is right: the mistake is in the rule Square.backward(…)[0].
    2 edges checked: 1 right, 1 wrong.
    """
    output = subject(output)
    check_size(len(ancestors(output.node)), LIMIT, "first_wrong_edge")
    caller: FrameType = sys._getframe(1)
    known = variables(caller) if isinstance(names, str) and names == "auto" else names or {}
    return WrongEdge(Run(output, gradient, known), output, known, gradient)


def subject(given: Any) -> Any:
    """The Tensor to look at: itself, or that of a failed check."""
    if isinstance(given, mg.Tensor):
        return given
    error = getattr(sys, "last_value", None) if given is None else given
    found = getattr(error, "output", None)
    if isinstance(found, mg.Tensor):
        return found
    raise TypeError(
        f"first_wrong_edge looks at the graph of a Tensor, or at the error of a failed mg.gradcheck, but got "
        f"{'nothing, and no such error was shown last' if given is None else described(given)}. Pass the result of "
        f"the computation: first_wrong_edge(loss)."
    )


class WrongEdge(Report):
    """What `first_wrong_edge` found.

    Attributes:
        checks: an `EdgeCheck` per edge, in the order of the backward pass.
        first: the first that is wrong; None if none is.
        error: what the backward pass raised, None if it went through.
        stepper: the stepper at that edge, for notebooks.
    """

    view = "checks"

    def __init__(self, run: Run, output: Any, names: Mapping[str, Any], gradient: Any) -> None:
        super().__init__(output, names, gradient)
        self.checks = checked(run)
        self.error = run.error
        self.frames = len(run.trace.frames)
        self.first = next((check for check in self.checks if check.verdict == "wrong"), None)

    def __str__(self) -> str:
        return "\n".join([*self._about_the_first(), self.count + unchecked(self.checks)])

    @property
    def count(self) -> str:
        """How many edges were checked, with which verdicts."""
        return counted(self.checks)

    def _about_the_first(self) -> list[str]:
        first = self.first
        if first is None:
            return ["No wrong edge: every rule that could be checked is the derivative of its call."]
        lines = [
            f"First wrong edge: {first.about}, at step {first.step} of {self.frames}.",
            f"  {first.diagnosis}",
            *(f"  {line}" for line in first.details.splitlines()),
        ]
        if first.sent is not None and first.numeric is not None:
            sent, numeric = (summarize(x)["text"] for x in (first.sent, first.numeric))
            lines.append(f"  In this run it sends {sent}; finite differences give {numeric}.")
        return [*lines, reason(self.checks, first)]


def counted(checks: Sequence[EdgeCheck]) -> str:
    """The verdicts in one line."""
    by = {v: sum(c.verdict == v for c in checks) for v in ("right", "wrong", "unchecked")}
    parts = [f"{by['right']} right", f"{by['wrong']} wrong"]
    parts += [f"{by['unchecked']} could not be checked"] if by["unchecked"] else []
    worst = max((check.error for check in checks if check.verdict == "right"), default=0.0)
    error = f"; worst error {worst:.0e}" if by["wrong"] == 0 and by["right"] else ""
    return f"{len(checks)} edge{'s' * (len(checks) != 1)} checked: {', '.join(parts)}{error}."


def unchecked(checks: Sequence[EdgeCheck]) -> str:
    """The edges on which nothing can be said, and why."""
    lines = [f"\n  {c.about}: {c.diagnosis}" for c in checks if c.verdict == "unchecked"]
    return "".join(lines[:5]) + (f"\n  … and {len(lines) - 5} more" if len(lines) > 5 else "")


def reason(checks: Sequence[EdgeCheck], first: EdgeCheck) -> str:
    """Why the mistake is in this rule and nowhere else."""
    before = checks[: checks.index(first)]
    rule = f"the rule {first.rule}"
    if not before:
        return f"It is the first edge of the backward pass: the mistake is in {rule}."
    if any(check.verdict == "unchecked" for check in before):
        return f"Not all edges before it could be checked; this one is wrong whatever it received, by {rule}."
    right = (
        "The edge before it is right" if len(before) == 1 else f"The {len(before)} edges before it are right"
    )
    return f"{right}, so what it received is right: the mistake is in {rule}."


def view(run: Run, checks: Sequence[EdgeCheck]) -> dict[str, Any]:
    """What the stepper shows of the checks, as plain data."""
    first = next((check for check in checks if check.verdict == "wrong"), None)
    rows = [
        {
            "edge": c.edge, "about": c.about, "verdict": c.verdict, "says": c.diagnosis, "details": c.details,
            "rule": c.rule, "step": c.step, "error": told_error(c.error),
            "sent": None if c.sent is None else summarize(c.sent),
            "numeric": None if c.numeric is None else summarize(c.numeric),
        }
        for c in checks
    ]  # fmt: skip
    return {
        "rows": rows,
        "first": first.edge if first else "",
        "reason": reason(checks, first) if first else "",
        "count": counted(checks),
        "spoiled": spoiled(run, [check.edge for check in checks if check.verdict == "wrong"]),
    }


def spoiled(run: Run, wrong: Sequence[str]) -> dict[str, int]:
    """The nodes whose gradient is wrong because a wrong message has gone into it, and the step since when."""
    edges = {edge["id"]: edge for edge in run.trace.edges}
    bad: dict[str, int] = {}
    for step, frame in enumerate(run.trace.frames, 1):
        edge = edges.get(frame.get("edge", ""))
        if edge and (edge["id"] in wrong or edge["target"] in bad):
            for node in frame["set"].get("nodes", {}):  # none, where the message has still to be added
                bad.setdefault(node, step)
    return bad


def narrated(frames: Sequence[dict[str, Any]], checks: Sequence[EdgeCheck]) -> list[dict[str, Any]]:
    """The frames, with what is wrong said where it happens."""
    wrong = {check.edge: check for check in checks if check.verdict == "wrong"}

    def told(frame: dict[str, Any]) -> dict[str, Any]:
        check = wrong.get(frame.get("edge", "")) if frame["kind"] == "message" else None
        if check is None:
            return frame
        given = (
            "" if check.numeric is None else f" Finite differences give {summarize(check.numeric)['text']}."
        )
        return frame | {"sentence": f"{frame['sentence']} ✗ This is wrong.{given}"}

    return [told(frame) for frame in frames]
