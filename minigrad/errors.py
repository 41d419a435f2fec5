"""The exceptions of minigrad. Every message says what happened and what to write instead."""

from __future__ import annotations

from typing import Any


class UsageError(ValueError):
    """A request that cannot be served as asked: a bad path, an unknown name, a file of the wrong kind.

    On the command line it is printed as one line and ends the program with exit status 2.
    """


class NoRuleError(TypeError):
    """A function without a derivative rule was applied to a Tensor that wants a gradient."""


class LeavesGraphError(TypeError):
    """A Tensor that wants a gradient was about to become a plain number or array.

    From there on no gradient could flow back, and the result would be silently wrong.
    """


class StaleValueError(RuntimeError):
    """A value that the backward pass needs was changed in place after the forward pass."""


class AnomalyError(ArithmeticError):
    """While `detect_anomaly` was on, a message was NaN or infinite."""


class GradientError(AssertionError):
    """A gradient check failed.

    Attributes:
        diagnosis: the class of error, without numbers, e.g. ``"the upstream gradient was forgotten"``.
        details: the evidence: which input, where, both numbers, how to reproduce.
        report: the CheckReport up to the failure: per input the worst entry, both numbers, how many are wrong.
    """

    def __init__(self, diagnosis: str, details: str = "", report: Any = None) -> None:
        super().__init__(f"{diagnosis}\n{details}" if details else diagnosis)
        self.diagnosis = diagnosis
        self.details = details
        self.report = report
