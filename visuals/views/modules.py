"""The module view: a graph folded by module calls and repetitions, down to the depth that one wants to see.

With this module, one can
- fold a trace:      folding = Folding(trace)
- and see it:        folding.at_depth(1), folding.automatic(), folding.showing(folds that are open)

Source: the idea of nested, collapsible graphs is that of TensorBoard: Wongsuphasawat et al., "Visualizing Dataflow
Graphs of Deep Learning Models in TensorFlow" (2018).
"""

from __future__ import annotations

from collections.abc import Iterable

import minigrad as mg
from visuals.collapse import Section, gather
from visuals.views.folds import Fold, tree

VISIBLE = 150  # nodes; a picture with more is folded
MOST = 1000  # nodes; nobody is shown more
LONG = 24  # equal units in a row that are always folded
FEW = 2  # boxes; a depth that shows fewer says little


class Folding:
    """A trace, and the folds of its calls.

    Attributes:
        trace: the whole graph.
        root: the tree of folds.
        folds: every fold by its id, but the root.
    """

    def __init__(self, trace: mg.Trace) -> None:
        self.trace = unfolded_names(trace)
        self.root = tree(self.trace)
        self.folds = {fold.id: fold for fold in self.root.folds() if fold.kind != "root"}

    @property
    def deepest(self) -> int:
        """How many module calls are inside of each other, at most."""
        return max((fold.depth for fold in self.folds.values() if fold.kind == "module"), default=0)

    def automatic(self) -> set[Fold]:
        """The folds to open so that at most 150 nodes are seen, and of these as many as possible."""
        for opened in self._choices():
            if self.count(opened) <= VISIBLE:
                return opened
        return set()

    def _choices(self) -> Iterable[set[Fold]]:
        """What can be opened: in a small graph all but long repetitions; else modules are boxes, ever larger ones."""
        folds = list(self.folds.values())
        if len(self.trace.nodes) <= VISIBLE:
            yield {fold for fold in folds if fold.kind != "more" or fold.times < LONG}
        for depth in range(self.deepest, -1, -1):
            inner = [
                fold for fold in folds if fold.kind in ("module", "times") and fold.depth >= max(depth, 1)
            ]
            closed = {fold for fold in inner if fold.kind == "module" or depth < fold.depth}
            yield {fold for fold in folds if fold.kind in ("module", "times")} - closed

    def down_to(self, depth: int) -> set[Fold]:
        """The folds to open for a picture whose boxes are `depth` module calls deep."""
        return {
            fold for fold in self.folds.values() if fold.kind not in ("more", "share") and fold.depth < depth
        }

    def at_depth(self, depth: int | None = None) -> set[Fold]:
        """The folds to open for the module view; None finds a depth that shows several boxes.

        Raises:
            TypeError, ValueError: the depth is no whole number from 1 on.
            ValueError: more than 1,000 nodes would be seen.
        """
        if depth is None:
            return self._telling()
        if not isinstance(depth, int) or isinstance(depth, bool):
            raise TypeError(f"depth is a whole number (how many module calls deep one sees), not {depth!r}")
        if depth < 1:
            raise ValueError(f"depth is 1 (the outermost module calls) or more, not {depth}")
        opened = self.down_to(depth)
        full = opened | {
            fold for fold in self.folds.values() if fold.kind in ("more", "unit") and fold.times < LONG
        }
        if depth > self.deepest and self.count(full) <= VISIBLE:
            return full
        refuse(self.count(opened), f"Write depth={depth - 1}" if depth > 1 else "Leave depth= away")
        return opened

    def _telling(self) -> set[Fold]:
        """The outermost modules that say something: two boxes, or one that is repeated; else all there are."""
        for depth in range(1, self.deepest + 1):
            opened = self.down_to(depth)
            boxes = [section.facts for section in self.sections(opened) if section.title is not None]
            if len(boxes) >= FEW or any("times" in facts for facts in boxes):
                return opened
        return self.down_to(self.deepest) if self.deepest else self.automatic()

    def sections(self, opened: set[Fold]) -> list[Section]:
        """The boxes and single calls that are seen if these folds are open."""
        found: list[Section] = []
        stack: list[Fold | int] = [self.root]
        while stack:
            part = stack.pop()
            if isinstance(part, int):
                found.append(Section([part]))
            elif part is self.root or part in opened:
                stack.extend(reversed(part.parts))
            else:
                facts = {"fold": part.id} | ({"times": part.times} if part.kind == "times" else {})
                found.append(Section(list(part.calls()), part.title, facts, part.kind in ("more", "share")))
        return found

    def showing(self, opened: set[Fold]) -> mg.Trace:
        """The trace with all other folds as boxes.

        Example:
            >>> x = mg.Parameter(1.0, name="x")
            >>> y = x
            >>> for _ in range(100):
            ...     y = y.tanh()
            >>> folding = Folding(mg.trace(y))
            >>> [node["name"] or node["symbol"] for node in folding.showing(folding.automatic()).nodes]
            ['x', 'tanh', 'tanh', '… 96 more tanh', 'tanh', 'tanh']
        """
        sections = self.sections(opened)
        if all(section.title is None for section in sections):
            return self.trace
        return gather(self.trace, sections)

    def count(self, opened: set[Fold]) -> int:
        """How many nodes are seen if these folds are open."""
        return len(self.showing(opened).nodes)


def unfolded_names(trace: mg.Trace) -> mg.Trace:
    """A trace whose boxes, if it was folded before it was saved, are not taken for folds of its own."""
    if not any("fold" in node for node in trace.nodes):
        return trace
    nodes = [{key: value for key, value in node.items() if key != "fold"} for node in trace.nodes]
    return mg.Trace(nodes, trace.edges, trace.frames, trace.output)


def refuse(nodes: int, advice: str) -> None:
    """Refuse a picture that nobody could read.

    Raises:
        ValueError: there are more than 1,000 nodes.
    """
    if nodes > MOST:
        raise ValueError(
            f"This picture would show {nodes:,} nodes; more than {MOST:,} cannot be read. {advice}, and repeated and "
            f'inner parts are folded; in the page that .save("graph.html") writes, each box opens where one clicks.'
        )
