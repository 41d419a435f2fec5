"""Two graphs in one picture, with what differs marked: with and without `zero_grad`, `detach`, or shared weights.

With this module, one can
- compare:     compare(before, after, titles=("before", "after"))
"""

from __future__ import annotations

import functools
import sys
from typing import Any, Literal

import minigrad as mg
from minigrad.node import ancestors
from visuals import export
from visuals import text as words
from visuals.drawing import Drawing
from visuals.layout import Layout
from visuals.options import Direction, Heat, Options, Values
from visuals.subject import tensor_of, trace_of, variables
from visuals.svg import escape
from visuals.views.beside import beside
from visuals.views.calls import note_calls
from visuals.views.marks import folded, marked
from visuals.views.matching import differences, matched

MOST = 5000  # nodes of each graph
NAMED = 3  # differences of one kind that the sentence names


def compare(
    first: Any,
    second: Any,
    *,
    titles: tuple[str, str] = ("first", "second"),
    grads: bool = True,
    messages: bool = False,
    values: Values = "auto",
    heat: Heat = "auto",
    theme: str = "auto",
    direction: Direction = "LR",
    names: Literal["auto"] | dict[str, Any] | None = "auto",
) -> Comparison:
    """Draw two graphs side by side, and mark what differs: nodes that only one has, values, gradients.

    A Trace keeps what was true when it was recorded, so `mg.trace(loss)` before and after a step can be compared.

    Args:
        first, second: two Tensors, Graphs or Traces. Of more than 150 nodes, modules and repetitions are folded; a box
            says how many nodes in it differ.
        titles: what stands over each of them.
        grads, messages, values, heat, theme, direction, names: as for `draw`.

    Returns:
        A picture, with `summary` (a sentence), `differences` (a list), and `save(path)` as every picture.

    Raises:
        TypeError: one of them has no graph; or `titles` are not two texts.
        ValueError: as for `draw`; or a graph has more than 5,000 nodes.

    Example:
        >>> w = mg.Parameter(3.0, name="w")
        >>> loss = w * w
        >>> loss.backward(); once = mg.trace(loss)
        >>> loss.backward(); twice = mg.trace(loss)            # without zero_grad in between
        >>> compare(once, twice, titles=("one backward", "two")).summary
        'The graphs are the same but for 1 gradient: w is 6 in “one backward” and 12 in “two”.'
    """
    if not (
        isinstance(titles, (tuple, list)) and len(titles) == 2 and all(isinstance(t, str) for t in titles)
    ):
        raise TypeError(f'titles are two texts, as in titles=("before", "after"), not {titles!r}')
    options = Options(
        grads=grads, messages=messages, values=values, heat=heat, theme=theme, direction=direction
    )
    given = variables(sys._getframe(1)) if isinstance(names, str) and names == "auto" else names or {}
    traces = []
    for obj in (first, second):
        traces.append(trace_of(obj, given, None, "compare", limit=MOST))
        tensor = tensor_of(obj)
        if tensor is not None:
            note_calls(traces[-1], ancestors(tensor.node)[::-1])
    return Comparison(traces[0], traces[1], (titles[0], titles[1]), options)


class Comparison(Drawing):
    """A picture of two graphs and what differs between them.

    Attributes:
        differences: each with its kind, name, and what is there and there.
        titles: the names of the two.
    """

    def __init__(self, first: mg.Trace, second: mg.Trace, titles: tuple[str, str], options: Options) -> None:
        self.titles = titles
        pairs = matched(first, second)
        self.differences = differences(first, second, pairs)
        if not options.grads:
            self.differences = [d for d in self.differences if d.kind != "gradient"]
        self._panels = [folded(trace) for trace in marked(first, second, pairs, self.differences)]
        super().__init__(first, options)

    def laid_out(self) -> Layout:
        """Where everything stands."""
        first, second = self._panels
        self.trace, place = beside(first, second, self.titles, self.summary, self.options)
        return place

    def rendered(self, prefix: str, standalone: bool = True) -> str:
        """The SVG; its label says what differs."""
        picture = super().rendered(prefix, standalone)
        label = f'aria-label="{escape(words.graph_label(self.trace))}"'
        return picture.replace(label, f'aria-label="{escape(self.label)}"', 1)

    @property
    def label(self) -> str:
        """One line on the whole picture."""
        return f"Two computation graphs, “{self.titles[0]}” and “{self.titles[1]}”. {self.summary}"

    @functools.cached_property
    def summary(self) -> str:
        """What differs, in one or a few sentences."""
        only = [self._only(k) for k in (0, 1)]
        parts = [self._differing(kind, one) for kind, one in KINDS.items()]
        parts = [part for part in parts if part]
        structure = " ".join(sentence for sentence in only if sentence)
        if not parts:
            return structure or "The two graphs are the same, with all values and gradients."
        if structure:
            return f"{structure} In what both have, these differ: {'; '.join(parts)}."
        return f"The graphs are the same but for {'; and for '.join(parts)}."

    def _only(self, k: int) -> str:
        """What only one of the graphs has."""
        kind = ("only in the first", "only in the second")[k]
        names = [words.clean(d.name) for d in self.differences if d.kind == kind]
        if not names:
            return ""
        count = f"{len(names)} node{'s' * (len(names) != 1)}"
        return f"Only “{self.titles[k]}” has {listed(names)} ({count})."

    def _differing(self, kind: str, one: str) -> str:
        """The differences of one kind: how many, and the first ones."""
        found = [d for d in self.differences if d.kind == kind]
        if not found:
            return ""
        first, *others = found
        where = [f"{what} in “{title}”" for what, title in zip(first[2:4], self.titles, strict=True)]
        begin = f"{words.clean(first.name)} is {where[0]} and {where[1]}"
        more = [f"{words.clean(d.name)} ({d.first} and {d.second})" for d in others[: NAMED - 1]]
        left = [f"{len(others) - len(more)} more"] if len(others) > len(more) else []
        count = f"{len(found)} {one}{'s' * (len(found) != 1)}"
        return f"{count}: " + ", ".join([begin, *more, *left])

    def words(self, flat: bool = False) -> str:
        """The sentence, then each difference on a line of its own."""
        rows = [f"{d.kind} of {d.name}: {d.first} | {d.second}" if d.at[0] and d.at[1] else f"{d.kind}: {d.name}"
                for d in self.differences]  # fmt: skip
        head = words.clean(self.label)
        if flat:
            return " ".join([head, *(f"{words.clean(row)};" for row in rows)])
        return "\n".join([head, *(f"  {words.clean(row)}" for row in rows)])

    def page(self) -> str:
        """A page of its own: the picture, and each graph in words."""
        return export.document(
            f"{self.titles[0]} | {self.titles[1]}",
            f"<p>{escape(self.summary)}</p>\n{self.svg}\n{export.details(self.trace)}",
            self.options.theme,
        )


KINDS = {"kind": "node", "value": "value", "gradient": "gradient"}


def listed(names: list[str]) -> str:
    """Names in a sentence; of many the first ones."""
    shown = names if len(names) <= NAMED + 1 else [*names[:NAMED], f"{len(names) - NAMED} more"]
    *first, last = shown
    return f"{', '.join(first)} and {last}" if first else last
