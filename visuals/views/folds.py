"""The calls of a graph as a tree of folds: module calls, repetitions, and shares of what is still too long.

With this module, one can
- build the tree:     root = tree(trace) -> Fold; root.parts are calls (their numbers) and further folds

The calls of a graph stand in the order in which they happened, and a fold takes in calls that follow each other. So a
folded box never depends on what comes after it, and no choice of open and closed folds makes a cycle.

    net                      module: one call of a module
      layers.0–11  ×12       times:  equal modules, each of which goes on with what the one before made
        layers.0
        layers.1
        … 8 more layers      more:   the middle of a repetition
        layers.10
        layers.11
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import minigrad as mg
from visuals.views.repeats import Run, runs
from visuals.views.scopes import Scope, Words, flat, numberless, scopes_of

LEAST_TIMES = 3  # equal modules in sequence that become one box with "×3"
LEAST_MORE = 6  # equal units of which the middle ones become "… 2 more"
ENDS = 2  # units that stay on both sides of "… more"
STEP = 3  # parts of a unit that can be a box of its own: "step 1"
LONGEST = 100  # parts of one fold; beyond, equal shares
SPLIT = 10  # into so many a long "… more" opens

Kind = Literal["root", "module", "times", "more", "unit", "share"]


@dataclass(eq=False)
class Fold:
    """Calls that can be shown as one box, or as their parts.

    Attributes:
        title: what the box is called.
        kind: where it comes from, see above; "unit" is one step of a repetition, "share" a piece of a long sequence.
        parts: what it opens to: further folds, and numbers of calls.
        depth: how many module calls are around it, itself included.
        times: how many equal units it holds, if it is a repetition.
        id: its name in a picture.
        within: the fold around it.
    """

    title: str
    kind: Kind
    parts: tuple[Fold | int, ...]
    depth: int = 0
    times: int = 0
    id: str = ""
    within: Fold | None = field(default=None, repr=False)

    def calls(self) -> Iterator[int]:
        """The numbers of all calls inside, in order."""
        stack: list[Fold | int] = [self]
        while stack:
            part = stack.pop()
            if isinstance(part, int):
                yield part
            else:
                stack.extend(reversed(part.parts))

    def folds(self) -> Iterator[Fold]:
        """This fold and all inside, outer ones first."""
        stack: list[Fold] = [self]
        while stack:
            fold = stack.pop()
            yield fold
            stack.extend(part for part in reversed(fold.parts) if isinstance(part, Fold))

    def way(self) -> list[Fold]:
        """The folds around it, outermost first, and itself; without the root."""
        way: list[Fold] = []
        fold: Fold | None = self
        while fold is not None and fold.kind != "root":
            way.append(fold)
            fold = fold.within
        return way[::-1]


def tree(trace: mg.Trace) -> Fold:
    """All calls of a trace, as folds.

    Example:
        >>> x = mg.Parameter(1.0, name="x")
        >>> y = x
        >>> for _ in range(100):
        ...     y = y.tanh()
        >>> [part if isinstance(part, int) else part.title for part in tree(mg.trace(y)).parts]
        [0, 1, '… 96 more tanh', 98, 99]
    """
    root = _Folder(trace).root()
    for k, fold in enumerate(root.folds()):
        fold.id = f"f{k}"
        for part in fold.parts:
            if isinstance(part, Fold):
                part.within = fold
    return root


class _Folder:
    """Finds the folds of one trace."""

    def __init__(self, trace: mg.Trace) -> None:
        self.calls = [node for node in trace.nodes if node["kind"] == "function"]
        number = {node["id"]: k for k, node in enumerate(self.calls)}
        shapes = {node["id"]: str(node["shape"]) for node in trace.nodes}
        self.sources: list[list[int]] = [[] for _ in self.calls]
        self.inputs: list[list[str]] = [[] for _ in self.calls]
        for edge in trace.edges:
            target = number[edge["target"]]
            self.inputs[target].append(shapes[edge["source"]])
            if edge["source"] in number:
                self.sources[target].append(number[edge["source"]])
        self.keys = [self._key(k) for k in range(len(self.calls))]

    def _key(self, k: int) -> tuple:
        """What makes two calls equal: the function, its constants but for the numbers in them, and the shapes."""
        node = self.calls[k]
        constants = node["symbol"], numberless(node["detail"])
        return node["op"], *constants, str(node["shape"]), *self.inputs[k]

    def root(self) -> Fold:
        return Fold("", "root", self._parts(scopes_of(self.calls), 0))

    def _parts(self, items: Sequence[Scope | int], depth: int) -> tuple[Fold | int, ...]:
        """The items of one level, with repetitions folded; `depth` module calls are around them."""
        keys = [self.keys[item] if isinstance(item, int) else self._scope_key(item) for item in items]
        parts: list[Fold | int] = []
        at = 0
        for run in runs(keys, LEAST_TIMES):
            parts += self._folds(items[at : run.start], depth)
            parts += self._repeated(items, run, depth)
            at = run.end
        parts += self._folds(items[at:], depth)
        return tuple(shares(parts, depth))

    def _folds(self, items: Sequence[Scope | int], depth: int) -> list[Fold | int]:
        return [
            item
            if isinstance(item, int)
            else Fold(item.name, "module", self._parts(item.parts, depth + 1), depth + 1)
            for item in items
        ]

    def _scope_key(self, scope: Scope) -> tuple:
        """What makes two module calls equal: their names but for numbers, and the same calls wired in the same way."""
        numbers = list(flat(scope))
        first = numbers[0]
        inside = tuple((self.keys[k], tuple(k - s for s in self.sources[k] if s >= first)) for k in numbers)
        return numberless(scope.name), inside

    def _repeated(self, items: Sequence[Scope | int], run: Run, depth: int) -> list[Fold | int]:
        """The parts that a run becomes."""
        units = [items[k : k + run.period] for k in range(run.start, run.end, run.period)]
        parts = [self._folds(unit, depth) for unit in units]
        words = Words(units, self.calls)
        if run.period == 1 and not words.numbered:  # a hundred calls of one cell
            for k, part in enumerate(joined(parts)):
                if isinstance(part, Fold):
                    part.title = words.piece(k, k)
        shown = joined(parts) if run.times < LEAST_MORE else self._ends(parts, words, depth)
        if all(isinstance(item, int) for item in units[0]) or not self._in_sequence(units):
            return shown
        return [Fold(words.all(), "times", tuple(shown), depth + 1, run.times)]

    def _in_sequence(self, units: Sequence[Sequence[Scope | int]]) -> bool:
        """Whether each unit uses what the one before has computed."""
        before: set[int] = set()
        for k, unit in enumerate(units):
            numbers = {call for item in unit for call in flat(item)}
            if k and not any(s in before for call in numbers for s in self.sources[call]):
                return False
            before = numbers
        return True

    def _ends(self, parts: list[list[Fold | int]], words: Words, depth: int) -> list[Fold | int]:
        """The first units, "… more", and the last ones."""
        units = [unit_fold(unit, words.piece(k, k), depth) for k, unit in enumerate(parts)]
        middle = units[ENDS:-ENDS]
        more = Fold(
            words.more(len(middle)), "more", split(middle, words, ENDS, depth), depth + 1, len(middle)
        )
        if len(parts[0]) < STEP:
            return [*joined(parts[:ENDS]), more, *joined(parts[-ENDS:])]
        return [*units[:ENDS], more, *units[-ENDS:]]


def joined(parts: list[list[Fold | int]]) -> list[Fold | int]:
    """The parts of all units, one after the other."""
    return [part for unit in parts for part in unit]


def unit_fold(unit: list[Fold | int], title: str, depth: int) -> Fold | int:
    """A unit as one part."""
    return unit[0] if len(unit) == 1 else Fold(title, "unit", tuple(unit), depth + 1)


def split(units: list[Fold | int], words: Words, first: int, depth: int) -> tuple[Fold | int, ...]:
    """The units of "… more": a few as they are, many in equal parts, which open in their turn."""
    if len(units) <= SPLIT:
        return tuple(units)
    size = -(-len(units) // SPLIT)
    found: list[Fold | int] = []
    for k in range(0, len(units), size):
        piece, begin = units[k : k + size], first + k
        if len(piece) == 1:
            found += piece
            continue
        title = words.piece(begin, begin + len(piece) - 1)
        found.append(Fold(title, "more", split(piece, words, begin, depth + 1), depth + 1, len(piece)))
    return tuple(found)


def shares(parts: list[Fold | int], depth: int) -> list[Fold | int]:
    """The same parts, in equal shares as long as there are too many: first the single calls, then everything."""
    for only_calls in (True, False):
        if len(parts) <= LONGEST:
            break
        size = -(-len(parts) // (LONGEST // 2))
        pieces: list[list[Fold | int]] = []
        for part in parts:
            apart = only_calls and not (isinstance(part, int) and pieces and isinstance(pieces[-1][-1], int))
            if not pieces or apart or len(pieces[-1]) == size:
                pieces.append([])
            pieces[-1].append(part)
        parts = [piece[0] if len(piece) == 1 else share(tuple(piece), depth) for piece in pieces]
    return parts


def share(parts: tuple[Fold | int, ...], depth: int) -> Fold:
    """A piece of a long sequence."""
    fold = Fold("", "share", parts, depth + 1)
    fold.title = f"{sum(1 for _ in fold.calls()):,} calls"
    return fold
