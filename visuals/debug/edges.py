"""Every edge of a graph on trial: is its rule the derivative of the call that it belongs to?

With this module, one can
- check all edges of a run:      checks = checked(Run(loss))

Each rule is tried in place: the very call that ran, its own arguments, a random upstream gradient. What comes before
and after it in the graph plays no part, so a wrong rule is found where it stands, and not where its numbers arrive.

Source: Griewank & Walther, "Evaluating Derivatives" (2008), ch. 3, for the comparison with differences.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from minigrad.check import numbers
from minigrad.comparison import CheckReport, InputReport, along_directions, compared, spread
from minigrad.device import to_cpu
from minigrad.differences import Probe, same_numbers
from minigrad.errors import GradientError
from minigrad.record import pick
from visuals import text as words
from visuals.debug.calls import Call
from visuals.debug.run import Run

FEW = 512  # entries of an argument: compared one by one; of a larger one along a random direction first
MOST = 4096  # entries of an argument that are looked at one by one where the direction disagrees
SEED = 0  # of the random upstream gradient


@dataclass(frozen=True)
class EdgeCheck:
    """What was found on one edge.

    Attributes:
        edge: its id in the trace.
        sender, receiver: what the function and its argument are called.
        rule: the text of the rule.
        verdict: "right", "wrong", or "unchecked" (with the reason in `diagnosis`).
        diagnosis, details: what is probably wrong, and the evidence, as `mg.gradcheck` gives them.
        error: the largest difference, relative to the largest entry of the gradient.
        step: of the frame in which the message travels; the last one where the rule failed.
        sent, numeric: the message in this very run, and what finite differences give; None where there is none.
    """

    edge: str
    sender: str
    receiver: str
    rule: str
    verdict: str
    diagnosis: str = ""
    details: str = ""
    error: float = 0.0
    step: int = 0
    sent: Any = None
    numeric: Any = None

    @property
    def about(self) -> str:
        """The two ends: "Square → x"."""
        return f"{self.sender} → {self.receiver}"


def checked(run: Run) -> list[EdgeCheck]:
    """All edges along which a message goes, or should, in the order of the backward pass.

    >>> import minigrad as mg
    >>> x = mg.tensor(3.0, requires_grad=True, name="x")
    >>> [(check.about, check.verdict) for check in checked(Run(x * x * 2.0))]
    [('× 2 → ×', 'right'), ('× → x', 'right'), ('× → x', 'right')]
    """
    steps = {f["edge"]: k for k, f in enumerate(run.trace.frames, 1) if f["kind"] == "message"}
    done = len(run.trace.frames)
    found = []
    with run.run.record.as_then():
        for node in reversed(run.functions):
            if node.fun is pick:
                continue  # it only takes one of several results: the engine's own, and exact
            trial = Trial(run, node)
            for i in trial.wanted:
                found.append(trial.check(i, steps.get(run.edge_ids[node, i], done)))
    return found


class Trial(Call):
    """One function call whose rules are on trial."""

    def check(self, i: int, step: int) -> EdgeCheck:
        """The verdict on the edge to argument `i`."""
        edge = self.run.edge_ids[self.node, i]
        receiver = words.clean(self.run.label(self.run.sources[self.node][i]))
        sender = words.clean(self.run.label(self.node)) if self.primitive.builtin else self.label
        right = EdgeCheck(edge, sender, receiver, self.rule(i), "right", step=step)
        with np.errstate(all="ignore"):
            reason = self.reason(i)
            if reason:
                return replace(right, verdict="unchecked", diagnosis=reason)
            error, report = self.compare(i)
            if error is not None and self.primitive.builtin and self.is_symmetric(i):
                error, report = self.compare_symmetric(i)
            if report is not None and not report.inputs[0].wrong:
                return replace(right, error=max(0.0, report.inputs[0].error))
            sent, numeric = self.here(i)
        diagnosis, details = told(error, self.label)
        return replace(
            right, verdict="wrong", diagnosis=diagnosis, details=details, sent=sent, numeric=numeric,
            error=report.inputs[0].error if report is not None else np.inf,
        )  # fmt: skip

    def reason(self, i: int) -> str:
        """Why finite differences cannot say anything here; "" if they can."""
        if i not in self.values:
            return "Its argument is not made of real floating-point numbers."
        forward, arrays = self.forward([i]), [self.values[i]]
        try:
            first, second = (np.asarray(forward(*[a.copy() for a in arrays]), dtype=float) for _ in range(2))
        except Exception as error:
            return f"It cannot be called again in double precision: {error}"
        if not (np.isfinite(first).all() and np.isfinite(arrays[0]).all()):
            return "Its numbers are not finite here, so there is no difference quotient."
        return "" if same_numbers(first, second) else "Two equal calls give different numbers: is it random?"

    def compare(self, i: int) -> tuple[Exception | None, CheckReport | None]:
        """Compare the rule for argument `i`; the others are there as evidence. The first input of the report is `i`."""
        order = [i, *(k for k in self.values if k != i)]
        names = self.names(order)
        probe = Probe(self.forward(order), [self.values[k].copy() for k in order])
        backward, builtin = self.backward(order), self.primitive.builtin
        try:
            if self.values[i].size > MOST:
                return self.along(probe, backward, names)
            report = compared(
                probe, backward, label=self.label, names=names, seeds=(SEED,), trusted=builtin,
                fast=builtin or max(self.values[k].size for k in order) > FEW,
            )  # fmt: skip
            return None, report
        except GradientError as error:
            return error, error.report
        except Exception as error:  # the rule itself failed
            return error, None

    def is_symmetric(self, i: int) -> bool:
        """Whether the argument is a symmetric matrix, or several."""
        x = self.values[i]
        return x.ndim > 1 and x.shape[-1] == x.shape[-2] and np.array_equal(x, np.swapaxes(x, -1, -2))

    def compare_symmetric(self, i: int) -> tuple[Exception | None, CheckReport | None]:
        """The same where nothing leaves the symmetric matrices: `eigh` and its like are functions of these alone."""

        def half(x: Any) -> Any:
            return (x + np.swapaxes(x, -1, -2)) / 2

        def folded(g: Any, x: Any) -> list:
            return [half(sent) for sent in self.backward([i])(g, half(x))]

        forward = self.forward([i])
        probe = Probe(lambda x: forward(half(x)), [self.values[i].copy()])
        try:
            return None, compared(
                probe, folded, label=self.label, names=self.names([i]), seeds=(SEED,), trusted=True, fast=True
            )
        except GradientError as error:
            return error, error.report

    def along(
        self, probe: Probe, backward: Callable, names: list[str]
    ) -> tuple[Exception | None, CheckReport | None]:
        """One number for a large argument: the slope along a random direction."""
        report = CheckReport(self.label, (SEED,), [InputReport(name) for name in names])
        rng = np.random.default_rng(SEED)
        g = spread(rng, probe.middle.size).reshape(probe.middle.shape)
        sent = [None if s is None else np.asarray(s, dtype=float) for s in backward(g, *probe.arrays)]
        agree = along_directions(rng, probe, g, sent, report)
        if 0 in agree:
            return None, report
        report.inputs[0].wrong, shape = 1, probe.arrays[0].shape
        how = (
            "is wrong."
            if sent[0] is not None and sent[0].shape == shape
            else "is missing, or has the wrong shape."
        )
        details = (
            f"It disagrees along a random direction. With fewer than {MOST} entries each would be compared."
        )
        return GradientError(f"{self.label}: the gradient for {names[0]} {how}", details), report

    def here(self, i: int) -> tuple[Any, Any]:
        """The message of this run, and what finite differences give for its upstream gradient."""
        g = self.run.upstream(self.node)
        if g is None or not hasattr(g, "shape") or self.values[i].size > MOST:
            return None, None
        g = numbers(to_cpu(g))
        try:
            sent = self.backward([i])(g, self.values[i].copy())[0]
        except Exception:  # the diagnosis says it
            sent = None
        probe = Probe(self.forward([i]), [self.values[i].copy()])
        return None if sent is None else np.asarray(sent), probe.slopes(0, g.reshape(1, -1))[0].central


def told(error: Any, label: str) -> tuple[str, str]:
    """A failure as (diagnosis, details)."""
    if isinstance(error, GradientError):
        return error.diagnosis, re.sub("^Worst", "From a random upstream gradient, worst", error.details)
    first, _, rest = (str(error) or type(error).__name__).partition("\n")
    return f"{label}: the backward pass fails ({type(error).__name__}).", f"{first} {rest}".strip()
