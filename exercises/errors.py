"""How a check says that an answer is wrong: a class of error, and the evidence for it."""

from __future__ import annotations

from minigrad.errors import GradientError


class CheckFailed(AssertionError):
    """An answer is not right, for a reason other than a wrong number in a gradient.

    Attributes:
        diagnosis: the class of error, without numbers; this is all that a hidden test reveals.
        details: the evidence, with numbers; shown by `exercises.check`.
    """

    def __init__(self, diagnosis: str, details: str = "") -> None:
        super().__init__(f"{diagnosis}\n{details}" if details else diagnosis)
        self.diagnosis = diagnosis
        self.details = details


class NotWritten(CheckFailed):
    """The answer is still the stub that was handed out."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not written yet", "It returns nothing: replace the `...` by your code.")


WrongAnswer = (CheckFailed, GradientError)  # both have .diagnosis and .details


def plain_text(text: object, limit: int = 200) -> str:
    """One printable line of a text that a student's program may have made up (no escape codes, no floods)."""
    line = "".join(c if c.isprintable() else " " for c in str(text)[: 4 * limit])
    line = " ".join(line.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
