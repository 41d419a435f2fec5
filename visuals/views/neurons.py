"""The neuron view of a multilayer perceptron: layers are columns of neurons, and weights the lines between them.

With this module, one can
- draw it:     neuron_view(loss, options).save("net.svg")

A neuron is a circle; the disc in it is its activation, a ring around it its gradient. Orange is positive and blue
negative, and larger numbers have larger discs, thicker rings and thicker lines, so that nothing rests on colour.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Callable
from typing import Any

from minigrad.symbols import number
from visuals import text as words
from visuals.options import Options
from visuals.pieces import Line, Outline
from visuals.svg import escape
from visuals.theme import FONT, attributes, css, palette
from visuals.views.columns import Column, Mark, arranged
from visuals.views.mlp import Layer, layers_of
from visuals.views.picture import Picture

LAYERS = 30  # columns; more do not fit on a page


def neuron_view(
    output: Any, options: Options | None = None, names: dict[str, Any] | None = None
) -> NeuronDrawing:
    """The neurons of the perceptron in the graph of `output`, for the first example of the batch.

    Args:
        options: theme; heat="grad" has the lines show the gradients of the weights; values="none" leaves numbers out;
            grads=False leaves gradients out.

    Raises:
        ValueError: there is no perceptron, or it has more than 30 layers; or heat="grad" before a backward pass.

    Example:
        >>> import minigrad as mg
        >>> w = mg.Parameter([[1.0, 0.0, 2.0], [0.5, 1.0, 0.0]], name="W")
        >>> neuron_view(mg.relu(mg.tensor([1.0, -1.0], name="x") @ w))
        Neurons: x (2), layer 1 (3, relu)
          x[0]         value 1   grad —
          x[1]         value −1  grad —
          layer 1[0]   value 0.5 grad —
          layer 1[1]   value 0   grad —
          layer 1[2]   value 2   grad —
    """
    layers = layers_of(output, names)
    if len(layers) > LAYERS:
        raise ValueError(
            f"This network has {len(layers) - 1} layers; the neuron view shows up to {LAYERS - 1}. "
            'Use view="modules", which folds them.'
        )
    options = options or Options()
    if options.heat == "grad" and all(layer.weight_grads is None for layer in layers):
        raise ValueError(
            'heat="grad" colours the lines by the gradients of the weights, and none was computed: call '
            "loss.backward() first."
        )
    return NeuronDrawing(layers, options)


class NeuronDrawing(Picture):
    """A picture of the neurons of a perceptron.

    Attributes:
        layers: the columns.
    """

    def __init__(self, layers: list[Layer], options: Options) -> None:
        self.layers, self.options = layers, options
        self.columns, self.marks, self._size = arranged(layers, options)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in pixels."""
        return self._size

    @functools.cached_property
    def svg(self) -> str:
        """The picture as SVG text, complete in itself."""
        w, h = self.size
        theme = self.options.theme
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="mg-graph mg-neurons" viewBox="0 0 {w:g} {h:g}" '
            f'role="group" aria-label="{escape(self.title)}" style="max-width:min(100%,{w:g}px)" '
            f'font-family="{FONT}">',
            f"<style>{css(theme)}</style>",
            f'<rect class="mg-background"{attributes("mg-background", theme)} width="{w:g}" height="{h:g}"/>',
        ]
        parts += [self._marked(mark) for mark in self.marks]
        return "\n".join([*parts, "</svg>\n"])

    def _marked(self, mark: Mark) -> str:
        """A mark as SVG: its pieces, and what it is."""
        inner = "".join(self._piece(piece) for piece in mark.pieces)
        label = escape(mark.label)
        if not label:
            return f"<g>{inner}</g>"
        # hundreds of weights are for the mouse alone; what is read aloud are the neurons
        role = f'role="img" aria-label="{label}"' if mark.css == "mg-neuron" else 'aria-hidden="true"'
        return f'<g class="{mark.css}" {role}><title>{label}</title>{inner}</g>'

    def _piece(self, piece: Line | Outline) -> str:
        theme = self.options.theme
        if isinstance(piece, Line):
            return (
                f'<text class="{piece.css}"{attributes(piece.css, theme)} x="{piece.x:g}" y="{piece.y:g}" '
                f'font-size="{piece.size:g}" text-anchor="{piece.anchor}">{escape(piece.text)}</text>'
            )
        return f'<path class="{piece.part}"{attributes(piece.part, theme)} d="{piece.d}"/>'

    @property
    def title(self) -> str:
        """One line on the whole picture."""
        return "Neurons: " + ", ".join(
            f"{column.title} ({', '.join([str(len(layer.values)), *layer.functions])})"
            for column, layer in zip(self.columns, self.layers, strict=True)
        )

    def words(self, flat: bool = False) -> str:
        """A line per neuron that is shown: its value and gradient."""
        rows = [row for column in self.columns for row in self._rows(column)]
        if flat:
            return f"{words.clean(self.title)}. " + "; ".join(", ".join(row) for row in rows) + "."
        widths = [max(len(row[k]) for row in rows) for k in range(2)]
        lines = [f"  {a.ljust(widths[0])}   {b.ljust(widths[1])} {c}".rstrip() for a, b, c in rows]
        return "\n".join([words.clean(self.title), *lines])

    def _rows(self, column: Column) -> list[tuple[str, str, str]]:
        layer = self.layers[column.index]
        found = []
        for k in column.shown:
            grad = "—" if layer.grads is None else number(layer.grads[k])
            found.append((f"{column.title}[{k}]", f"value {number(layer.values[k])}", f"grad {grad}"))
        if column.hidden:
            found.append((f"{column.title}: {column.hidden} more", "", ""))
        return found

    def writers(self) -> dict[str, Callable[[], str | bytes]]:
        """What `save` writes, by the ending of the file's name."""
        return {
            ".svg": lambda: self.svg,
            ".png": lambda: self._raster("png"),
            ".pdf": lambda: self._raster("pdf"),
            ".html": self.page,
        }

    def page(self) -> str:
        """A page of its own: the picture, and the same in words."""
        from visuals.export import document

        text = f"<details><summary>The neurons in words</summary>\n<pre>{escape_lines(self.words())}</pre></details>"
        return document(self.title, f"{self.svg}\n{text}", self.options.theme)

    def preview(self) -> bytes:
        """A PNG for notebooks that show no HTML."""
        return self._raster("png")

    def _raster(self, form: str) -> bytes:
        """The same picture through matplotlib."""
        import matplotlib
        from matplotlib.figure import Figure

        from visuals.canvas import Canvas

        w, h = self.size
        figure = Figure(figsize=(w / 72, h / 72), dpi=72, layout="none")  # type: ignore[arg-type]
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, w), ylim=(h, 0))
        axes.axis("off")
        theme = self.options.theme
        figure.set_facecolor(palette(theme)["paper"])
        canvas = Canvas(theme)
        for mark in self.marks:
            for piece in mark.pieces:
                canvas.piece(mark.level, piece)
        canvas.fill(axes, text_as_outlines=form == "png")
        out = io.BytesIO()
        metadata = {"CreationDate": None} if form == "pdf" else {"Software": None}
        with matplotlib.rc_context({"pdf.fonttype": 42}):
            figure.savefig(out, format=form, dpi=144, facecolor=figure.get_facecolor(), metadata=metadata)
        return out.getvalue()


def escape_lines(text: str) -> str:
    """Several lines as HTML."""
    return "\n".join(escape(line).replace("  ", " ") for line in text.splitlines())
