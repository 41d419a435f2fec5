"""The modes of the stepper, and what a caller may wish for in each; one place for the widget and for the page."""

from __future__ import annotations

from typing import Any

import minigrad as mg
from visuals.stepper.asking import Question
from visuals.stepper.questions import questions

MODES = ("watch", "predict", "order", "debug")


def wanted(trace: mg.Trace, mode: str, ask: Any, tolerance: float) -> list[Question]:
    """The questions of a mode; "watch" has none.

    Raises:
        ValueError: `ask` without predict mode; a tolerance that is no share of 1; or as for `questions`.
    """
    if mode != "predict":
        if ask is not None:
            raise ValueError(
                f'ask={ask!r} belongs to mode="predict"; this is mode={mode!r}, which asks nothing.'
            )
        return []
    if not 0 <= tolerance < 1:
        raise ValueError(
            f"tolerance is the relative error that still counts as right, from 0 to below 1, not {tolerance!r}: "
            f"0.01 takes 2.97 and 3.03 for 3."
        )
    return questions(trace, "messages" if ask is None else ask)


def one_of(what: str, given: str, known: tuple[str, ...]) -> str:
    """`given`, if it is one of those that are known.

    Raises:
        ValueError: it is not; the message has those that are.
    """
    if given not in known:
        raise ValueError(f"{what} is {' or '.join(repr(k) for k in known)}, not {given!r}.")
    return given
