"""Which exercise a submission answers.

With this module, one can
- find out:    identify(submission) -> Exercise
"""

from __future__ import annotations

from exercises import catalogue
from exercises.errors import plain_text
from exercises.grading.submission import Submission
from minigrad.errors import UsageError


def identify(submission: Submission, name: str | None = None) -> catalogue.Exercise:
    """The exercise that a submission answers: as given, else by its metadata, else by what it defines.

    Raises:
        UsageError: there is no such exercise, or nothing in the submission tells which.

    Example:
        >>> from pathlib import Path
        >>> identify(Submission(Path("ann.py"), ("class MaxGate:\\n    pass",))).name
        '02_gates'
    """
    if name is not None:
        return catalogue.find(name)
    exercises = catalogue.exercises()
    if submission.exercise:
        try:
            return catalogue.find(submission.exercise)
        except UsageError:
            known = ", ".join(exercise.name for exercise in exercises)
            claim = plain_text(submission.exercise, 40)
            said = f"{submission.path} is a notebook of another exercise, {claim!r}"
            raise UsageError(f"{said}; there are {known} (or choose one with --exercise NAME)") from None
    counts = [sum(bool(submission.defining(answer)) for answer in e.answers) for e in exercises]
    if not any(counts):
        names = ", ".join(f"{e.name} ({', '.join(e.answers[:2])} …)" for e in exercises)
        raise UsageError(
            f"{submission.path} defines nothing that an exercise asks for; is it the right file? "
            f"Exercises: {names}; choose one with --exercise NAME"
        )
    shares = [(n, n / len(e.answers)) if n else (0, 0) for n, e in zip(counts, exercises, strict=True)]
    return exercises[shares.index(max(shares))]
