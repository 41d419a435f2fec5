"""How a picture is to look: the options that `draw` takes and every view and renderer reads.

With this module, one can
- say it once:      Options(messages=True, theme="dark")
- say it again:     options.but(grads=False)
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from visuals.theme import palette

Values = Literal["auto", "full", "none"]
Heat = Literal["auto", "off", "value", "grad"]
Direction = Literal["LR", "TB"]

CHOICES = {
    "values": {"auto": "a number or a summary", "full": "every entry of a small array", "none": "no values"},
    "heat": {
        "auto": "value and gradient",
        "off": "no maps",
        "value": "values only",
        "grad": "gradients only",
    },
    "direction": {"LR": "left to right", "TB": "top to bottom"},
}


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a picture is to look.

    Attributes:
        grads: show the gradients that are known.
        messages: write on each edge what the backward pass sends along it.
        values: "auto", "full" or "none": how much of a value is written.
        heat: "auto", "off", "value" or "grad": which heat maps arrays have.
        theme: the name of a palette, see `visuals.theme`.
        direction: "LR" from left to right, "TB" from top to bottom.

    Raises:
        TypeError: `grads` or `messages` is neither True nor False.
        ValueError: an option has a value that it cannot have.

    Example:
        >>> Options(direction="TB").but(theme="dark")
        Options(grads=True, messages=False, values='auto', heat='auto', theme='dark', direction='TB')
    """

    grads: bool = True
    messages: bool = False
    values: Values = "auto"
    heat: Heat = "auto"
    theme: str = "auto"
    direction: Direction = "LR"

    def __post_init__(self) -> None:
        for name in ("grads", "messages"):
            if not isinstance(getattr(self, name), bool):
                raise TypeError(f"{name} is True or False, not {getattr(self, name)!r}")
        for name, known in CHOICES.items():
            if getattr(self, name) not in known:
                choices = [f'"{choice}" ({what})' for choice, what in known.items()]
                raise ValueError(f"{name} is {alternatives(choices)}, not {getattr(self, name)!r}")
        palette(self.theme)

    def but(self, **changes: Any) -> Options:
        """The same with some options changed."""
        return replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """Name and value of each option."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def alternatives(choices: list[str]) -> str:
    """Choices in a sentence.

    >>> alternatives(["a"]), alternatives(["a", "b", "c"])
    ('a', 'a, b or c')
    """
    *first, last = choices
    return f"{', '.join(first)} or {last}" if first else last
