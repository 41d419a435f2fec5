"""What a lecturer says at a step: `notes={7: "Why is this one negative?"}`.

With this module, one can
- check notes, and write them as JSON can:    noted(notes, last)
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import index

Notes = Mapping[int, str]


def noted(notes: Notes | None, last: int) -> dict[str, str]:
    """The notes by step, with keys that JSON can hold. Empty ones are left out.

    Args:
        notes: texts by step, from 0 (before anything has happened) to `last`; None is none.
        last: the number of frames.

    Raises:
        TypeError: no texts by step.
        ValueError: a step that does not exist.

    >>> noted({2: "Two values are there.", 5: " "}, last=11)
    {'2': 'Two values are there.'}
    """
    if notes is None:
        return {}
    if not isinstance(notes, Mapping):
        raise TypeError(
            f'notes gives texts by step, such as notes={{3: "Look at the sign."}}, not a {type(notes).__name__}.'
        )
    found = {}
    for step, text in notes.items():
        try:
            at = index(step)
        except TypeError:
            raise TypeError(f"notes: a step is a whole number, not {step!r}; write notes={{3: …}}.") from None
        if not 0 <= at <= last:
            raise ValueError(f"notes: there is no step {at}; this run goes from step 0 to step {last}.")
        if not isinstance(text, str):
            raise TypeError(f"notes: the note at step {at} is a {type(text).__name__}; write it as a text.")
        if text.strip():
            found[str(at)] = text.strip()
    return found
