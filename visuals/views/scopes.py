"""The module calls of a graph, nested as they happened, and what repeated ones are called.

With this module, one can
- nest the calls:     scopes_of(calls) -> module calls and numbers of calls, in order
- find a word:        Words(units, calls).more(96), between("layers.0", "layers.11")
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

DEEPEST = 40  # module calls inside of each other that are told apart


@dataclass
class Scope:
    """One call of a module, before repetitions are found."""

    name: str
    number: Any
    parts: list[Scope | int] = field(default_factory=list)


def scopes_of(calls: Sequence[dict[str, Any]]) -> list[Scope | int]:
    """The calls, by their numbers, in the module calls around them.

    Without `calls` (see `note_calls`), neighbours of one path count as one call.

    Example:
        >>> [scope] = scopes_of([{"group": "net/layers.0"}, {"group": "net/layers.1"}])
        >>> scope.name, [part.name for part in scope.parts]
        ('net', ['layers.0', 'layers.1'])
    """
    outermost = Scope("", None)
    open_scopes = [outermost]
    for k, node in enumerate(calls):
        names = node["group"].split("/")[:DEEPEST] if node["group"] else []
        numbers = node.get("calls", [])[:DEEPEST]
        if len(numbers) != len(names):
            numbers = [None] * len(names)
        steps = list(zip(names, numbers, strict=True))
        same = 0
        for (name, number), scope in zip(steps, open_scopes[1:], strict=False):
            if (name, number) != (scope.name, scope.number):
                break
            same += 1
        del open_scopes[same + 1 :]
        for name, number in steps[same:]:
            scope = Scope(name, number)
            open_scopes[-1].parts.append(scope)
            open_scopes.append(scope)
        open_scopes[-1].parts.append(k)
    return outermost.parts


def flat(item: Scope | int) -> Iterator[int]:
    """The calls of an item, in order."""
    if isinstance(item, int):
        yield item
    else:
        for part in item.parts:
            yield from flat(part)


class Words:
    """What the units of a repetition are called: tanh, cell 7, layers.0–11, or steps.

    Args:
        units: the items of each unit.
        calls: all calls of the graph.

    Attributes:
        numbered: whether the modules' own names tell the units apart.
        name: one word for all units.
        per: how many things of that name a unit is.
    """

    def __init__(self, units: Sequence[Sequence[Scope | int]], calls: Sequence[dict[str, Any]]) -> None:
        self.units = units
        unit, self.per = units[0], 1
        names = {scope.name for scope in self._scopes(0)}
        self.numbered = bool(names) and names.isdisjoint(scope.name for scope in self._scopes(1))
        stems = {numberless(name).rstrip("#").rstrip(".") for name in names}
        if len(unit) == 1 and isinstance(unit[0], int):
            self.name = calls[unit[0]]["symbol"] or calls[unit[0]]["op"]
        elif len(stems) == 1 and "" not in stems and len(names) == len(unit):
            self.name, self.per = stems.pop(), len(unit)
        else:
            self.name = "steps"

    def _scopes(self, k: int) -> list[Scope]:
        return [item for item in self.units[k] if isinstance(item, Scope)]

    def more(self, count: int) -> str:
        """So many units are not shown."""
        return f"… {count * self.per:,} more {self.name}"

    def piece(self, first: int, last: int) -> str:
        """The units from one to another."""
        if self.numbered:
            return between(self._scopes(first)[0].name, self._scopes(last)[-1].name)
        if first == last:
            return f"{'step' if self.name == 'steps' else self.name} {first + 1}"
        return f"{self.name} {first + 1}–{last + 1}"

    def all(self) -> str:
        """All units."""
        return self.piece(0, len(self.units) - 1) if self.numbered else self.name


def numberless(text: str) -> str:
    """`text` with "#" for each number.

    >>> numberless("layers.12, [3:4]")
    'layers.#, [#:#]'
    """
    return re.sub(r"\d+", "#", text)


def between(first: str, last: str) -> str:
    """From one name to another.

    >>> between("layers.0", "layers.11"), between("cell", "cell"), between("a", "b")
    ('layers.0–11', 'cell', 'a–b')
    """
    if first == last:
        return first
    stem = re.sub(r"\d+$", "", first)
    return f"{first}–{last[len(stem) :] if stem and last.startswith(stem) else last}"
