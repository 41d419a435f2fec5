"""How large the letters of a picture are, and how far apart its lines of text.

With this module, one can
- ask for a theme's sizes:      letters_of("high-contrast").of["mg-name"]
"""

from __future__ import annotations

from dataclasses import dataclass

from visuals.theme import HIGH_CONTRAST

BOLD = ("mg-name", "mg-op", "mg-badge-text")


@dataclass(frozen=True)
class Letters:
    """Sizes in pixels.

    Attributes:
        of: the size of each class of text in a box.
        longest: the width at which a text is cut, and ends in "…".
        line: from one line of text to the next.
        word: the size of a function's symbol that is a word.
        ledger, ledger_height: what stands on an edge, and the box around it.
        small: argument positions, badges and the legend.
        thickness: how much heavier than usual lines are.
    """

    of: dict[str, float]
    longest: dict[str, float]
    line: float
    word: float
    ledger: float
    ledger_height: float
    small: float
    thickness: float


NORMAL = Letters(
    of={"mg-name": 15.0, "mg-shape-text": 12.0, "mg-op": 17.0, "mg-detail": 10.0, "mg-value": 13.0}
    | {"mg-grad": 13.0, "mg-value-range": 11.5, "mg-grad-range": 11.5, "mg-heat-label": 11.5}
    | {"mg-cell": 11.5, "mg-sum": 11.5, "mg-note": 11.5},
    longest={"mg-name": 150.0, "mg-op": 120.0, "mg-detail": 84.0, "mg-note": 190.0},
    line=18.0,
    word=13.0,
    ledger=12.5,
    ledger_height=22.0,
    small=11.0,
    thickness=1.0,
)
LARGE = Letters(
    of={"mg-name": 19.0, "mg-shape-text": 16.0, "mg-op": 22.0, "mg-detail": 15.0, "mg-value": 17.0}
    | {"mg-grad": 17.0, "mg-value-range": 15.5, "mg-grad-range": 15.5, "mg-heat-label": 15.5}
    | {"mg-cell": 15.5, "mg-sum": 15.5, "mg-note": 15.5},
    longest={"mg-name": 190.0, "mg-op": 150.0, "mg-detail": 126.0, "mg-note": 240.0},
    line=23.0,
    word=18.0,
    ledger=16.0,
    ledger_height=27.0,
    small=15.0,
    thickness=1.4,
)


def letters_of(theme: str) -> Letters:
    """The sizes of a theme: large for projectors.

    >>> letters_of("dark") == letters_of("light"), letters_of("high-contrast").line
    (True, 23.0)
    """
    return LARGE if theme == HIGH_CONTRAST else NORMAL
