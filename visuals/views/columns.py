"""Where the neurons of a network stand, and how large their discs, rings and lines are.

With this module, one can
- arrange layers:     columns, marks, size = arranged(layers, options)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from minigrad.symbols import number
from visuals import text as words
from visuals.letters import letters_of
from visuals.options import Options
from visuals.pieces import Line, Outline, Piece
from visuals.views.circles import GAP, RADIUS, RING, disc, largest, line, paper, ring, sign_of
from visuals.views.mlp import Layer

ACROSS = 200.0  # from one column to the next
MARGIN = 20.0
WHOLE = 10  # neurons: a larger layer is folded
FIRST, LAST = 5, 3  # and these of it are shown


class Mark(NamedTuple):
    """Pieces that belong together, and what they are for somebody who does not see them."""

    level: str  # of visuals.canvas
    pieces: tuple[Piece, ...]
    label: str = ""
    css: str = "mg-neuron"


@dataclass
class Column:
    """A layer's place: its neurons that are shown, by their numbers, and where each of them is."""

    index: int
    title: str
    shown: list[int]
    hidden: int
    x: float
    y: list[float]


def arranged(layers: list[Layer], options: Options) -> tuple[list[Column], list[Mark], tuple[float, float]]:
    """The columns, everything that is drawn from the back to the front, and the size of the picture."""
    place = _Place(layers, options)
    marks = [*place.lines(), *place.neurons(), *place.titles(), place.legend()]
    return place.columns, marks, (place.width, place.height)


class _Place:
    """The geometry of one picture."""

    def __init__(self, layers: list[Layer], options: Options) -> None:
        self.layers, self.options = layers, options
        self.letters = letters_of(options.theme)
        self.by_grad = options.heat == "grad"
        self.with_grads = options.grads and any(layer.grads is not None for layer in layers)
        texts = 0 if options.values == "none" else 1 + self.with_grads
        small = self.letters.of["mg-cell"]
        self.step = 2 * (RADIUS + GAP + RING) + 6.0 + texts * (small + 3.0)
        heads = 3.2 * self.letters.line
        rows = max(len(shown_of(layer)[0]) + bool(shown_of(layer)[1]) for layer in layers)
        self.top = MARGIN + heads
        self.columns = [self._column(k, layer, rows) for k, layer in enumerate(layers)]
        self.width = 2 * MARGIN + ACROSS * len(layers)
        self.bottom = self.top + rows * self.step
        self.height = self.bottom + 3.6 * self.letters.line + MARGIN

    def _column(self, k: int, layer: Layer, rows: int) -> Column:
        shown, hidden = shown_of(layer)
        count = len(shown) + bool(hidden)
        title = layer.name or (f"layer {k}" if k else "x")
        first = self.top + (rows - count) * self.step / 2 + self.step / 2
        slots = [first + slot * self.step for slot in range(count)]
        if hidden:
            del slots[FIRST]
        return Column(k, title, shown, hidden, MARGIN + ACROSS * (k + 0.5), slots)

    def lines(self) -> list[Mark]:
        """The weights: thick where they are large, the thickest in front."""
        found: list[tuple[float, Mark]] = []
        top = self._largest_weight()
        for column, layer in zip(self.columns[1:], self.layers[1:], strict=True):
            table = layer.weight_grads if self.by_grad else layer.weights
            before = self.columns[column.index - 1]
            if table is None:
                continue
            for i, yi in zip(before.shown, before.y, strict=True):
                for j, yj in zip(column.shown, column.y, strict=True):
                    weight = float(table[i, j])
                    piece = line(before.x + RADIUS, yi, column.x - RADIUS, yj, weight, top)
                    label = f"{layer.weight_label(i, j)}: {self._numbers(layer, i, j)}"
                    found.append((abs(weight), Mark("lines", (piece,), label, "mg-weight")))
        return [mark for _, mark in sorted(found, key=lambda pair: pair[0])]

    def _numbers(self, layer: Layer, i: int, j: int) -> str:
        parts = [f"value {number(layer.weights[i, j])}"] if layer.weights is not None else []
        if self.options.grads and layer.weight_grads is not None:
            parts.append(f"gradient {number(layer.weight_grads[i, j])}")
        return ", ".join(parts)

    def _largest_weight(self) -> float:
        tables = [layer.weight_grads if self.by_grad else layer.weights for layer in self.layers]
        return max((largest(table) for table in tables if table is not None), default=0.0)

    def neurons(self) -> list[Mark]:
        """A circle per neuron, with a disc for its activation and a ring for its gradient."""
        found = []
        for column, layer in zip(self.columns, self.layers, strict=True):
            grads = layer.grads if self.options.grads else None
            tops = largest(layer.values), 0.0 if grads is None else largest(grads)
            for k, y in zip(column.shown, column.y, strict=True):
                grad = None if grads is None else float(grads[k])
                found.append(self._neuron(column, layer, k, y, grad, tops))
            if column.hidden:
                middle = (column.y[FIRST - 1] + column.y[FIRST]) / 2
                size = self.letters.of["mg-value"]
                text = f"… {column.hidden:,} more"
                found.append(Mark("above", (Line("mg-note", column.x, middle, text, "middle", size),)))
        return found

    def _neuron(
        self, column: Column, layer: Layer, k: int, y: float, grad: float | None, tops: tuple[float, float]
    ) -> Mark:
        value, x = float(layer.values[k]), column.x
        pieces: list[Piece] = [Outline("mg-heat-frame", disc(x, y, RADIUS))]
        if value and not math.isnan(value):
            share = math.sqrt(min(abs(value) / tops[0], 1.0)) if math.isfinite(value) else 1.0
            pieces.append(Outline(sign_of(value), disc(x, y, RADIUS * share - 0.5 * (share == 1.0))))
        elif value:
            pieces.append(Outline("mg-nan", disc(x, y, RADIUS / 2)))
        if grad and math.isfinite(grad) and tops[1]:
            wide = max(RING * min(abs(grad) / tops[1], 1.0), 0.6)
            pieces.append(Outline(sign_of(grad), ring(x, y, RADIUS + GAP, RADIUS + GAP + wide)))
        label = f"{column.title}[{k}]: value {number(value)}"
        label += f", bias {number(layer.bias[k % len(layer.bias)])}" if layer.bias is not None else ""
        label += (
            f", gradient {'not computed' if grad is None else number(grad)}" if self.options.grads else ""
        )
        if self.options.values != "none":
            texts = {"mg-value": number(value)}
            if self.with_grads:
                texts["mg-grad"] = "—" if grad is None else number(grad)
            size, below = self.letters.of["mg-cell"], y + RADIUS + GAP + RING
            for css, text in texts.items():
                pieces.append(paper(x, below + size / 2 + 1.0, words.width(text, size), size + 2.0))
                pieces.append(Line(css, x, below + size, text, "middle", size))
                below += size + 2.0
        return Mark("shapes", tuple(pieces), label)

    def titles(self) -> list[Mark]:
        """What each column is."""
        found = []
        size, small = self.letters.of["mg-name"], self.letters.of["mg-shape-text"]
        for column, layer in zip(self.columns, self.layers, strict=True):
            many = "s" * (len(layer.values) != 1)
            count = f"{len(layer.values):,} {'neuron' if column.index else 'input'}{many}"
            lines = [
                Line("mg-name", column.x, MARGIN + size, fit(column.title, size, bold=True), "middle", size),
                Line("mg-shape-text", column.x, MARGIN + 2.3 * size, count, "middle", small),
            ]
            if layer.functions:
                text = fit(", ".join(layer.functions), small)
                lines.append(Line("mg-shape-text", column.x, MARGIN + 3.4 * size, text, "middle", small))
            found.append(Mark("above", tuple(lines)))
        return found

    def legend(self) -> Mark:
        """What colours and sizes mean, in two lines."""
        size, pieces = self.letters.small, list[Piece]()
        x, y = MARGIN, self.bottom + 1.7 * self.letters.line
        what = "weight gradient" if self.by_grad else "weight"
        top = self._largest_weight()
        for weight, text in ((top, number(top)), (-top, number(-top)), (top / 4, number(top / 4))):
            pieces.append(line(x, y - 4, x + 32, y - 4, weight, top))
            pieces.append(Line("mg-legend-text", x + 38, y, f"{what} {text}", "start", size))
            x += 38 + words.width(f"{what} {text}", size) + 16
        x, y = MARGIN, y + self.letters.line + 4
        shapes: list[tuple[Piece, str]] = [
            (
                Outline("mg-pos", disc(x + 7, y - 4, 7)),
                "disc: activation (area, relative to the largest of its layer)",
            )
        ]
        if self.with_grads:
            shapes.append((Outline("mg-pos", ring(0, y - 4, 6, 9)), "ring: gradient (thickness, likewise)"))
        batch = max(layer.examples for layer in self.layers)
        notes = ["orange +, blue −"] + ([f"example 1 of {batch:,}"] if batch > 1 else [])
        for k, (shape, text) in enumerate(shapes):
            moved = shape if not k else Outline("mg-pos", ring(x + 9, y - 4, 6, 9))
            pieces += [moved, Line("mg-legend-text", x + 22, y, text, "start", size)]
            x += 22 + words.width(text, size) + 16
        pieces.append(Line("mg-legend-text", x, y, " · ".join(notes), "start", size))
        self.width = max(self.width, x + words.width(" · ".join(notes), size) + MARGIN)
        return Mark("above", tuple(pieces))


def shown_of(layer: Layer) -> tuple[list[int], int]:
    """The neurons of a layer that are shown, and how many are not."""
    count = len(layer.values)
    if count <= WHOLE:
        return list(range(count)), 0
    return [*range(FIRST), *range(count - LAST, count)], count - FIRST - LAST


def fit(text: str, size: float, bold: bool = False) -> str:
    """A text that is not wider than its column."""
    return words.shorten(words.clean(text), ACROSS - 20.0, size, bold)
