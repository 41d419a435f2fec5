"""Still pictures of a graph: `draw(loss)` in a notebook, `draw(loss).save("graph.svg")` in a script."""

from __future__ import annotations

import contextlib
import functools
import gc
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Literal

from visuals import export, raster, svg
from visuals.layout import Layout, layout
from visuals.options import Direction, Heat, Options, Values
from visuals.subject import variables
from visuals.views.picture import AS_PNG, PREVIEW, Picture

if TYPE_CHECKING:
    from visuals.views.modules import Folding

LARGEST = 100_000  # nodes: beyond, folding takes long as well, and says little


@contextlib.contextmanager
def without_pauses() -> Iterator[None]:
    """Let the garbage collector wait while thousands of small objects are made, none of them garbage.

    It would look through all of them again and again: a sixth of the time that a graph of 5,000 nodes takes.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Drawing(Picture):
    """A picture of one trace. In a notebook it shows itself; `save` writes it to a file.

    Args:
        trace: what is drawn.
        options: how; or single options by name, e.g. `Drawing(trace, theme="dark")`.
        folding: the folds of which `trace` shows some as boxes; its page opens them.

    Attributes:
        layout: where everything stands.
    """

    def __init__(
        self, trace: Any, options: Options | None = None, *, folding: Folding | None = None, **single: Any
    ) -> None:
        self.options = options or Options(**single)
        self.trace, self.folding = trace, folding
        with without_pauses():
            self.layout = self.laid_out()

    def laid_out(self) -> Layout:
        """Where everything stands."""
        place = layout(self.trace, options=self.options)
        boxes = {node["id"] for node in self.trace.nodes if "inside" in node}
        for edge in self.trace.edges if boxes else ():
            if edge["target"] in boxes:  # what goes into a box has no order
                place.edges[edge["id"]].pop("arg", None)
        return place

    @functools.cached_property
    def svg(self) -> str:
        """The picture as SVG text, complete in itself."""
        return self.rendered("draw")

    def rendered(self, prefix: str, standalone: bool = True) -> str:
        """The SVG, with a beginning of its own for every id in it; `standalone`: with its style sheet."""
        with without_pauses():
            return svg.render(
                self.trace,
                self.layout,
                options=self.options,
                prefix=prefix,
                standalone=standalone,
                interactive=False,
            )

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in pixels."""
        return self.layout.width, self.layout.height

    def words(self, flat: bool = False) -> str:
        """A line per node: its function, value and gradient."""
        return export.outline(self.trace, self.layout.grads, flat=flat)

    def writers(self) -> dict[str, Callable[[], str | bytes]]:
        """What `save` writes, by the ending of the file's name."""
        return {
            ".svg": lambda: self.svg,
            ".png": lambda: self._raster("png"),
            ".pdf": lambda: self._raster("pdf"),
            ".html": self.page,
            ".dot": lambda: export.dot(self.trace, self.layout),
            ".json": lambda: export.json_text(self.trace),
        }

    def page(self) -> str:
        """A page of its own; folded boxes open in it."""
        if self.folding is not None and any("fold" in node for node in self.trace.nodes):
            from visuals.views.page import folded_page

            return folded_page(self, self.folding)
        return export.page(self.trace, self.svg, self.options.theme)

    def preview(self) -> bytes | None:
        """A small PNG, of a small graph."""
        return self._raster("png", PREVIEW) if len(self.trace.nodes) <= AS_PNG else None

    def _raster(self, form: str, largest: float = raster.LARGEST) -> bytes:
        return raster.picture(self.trace, self.layout, self.options, form=form, largest=largest)


View = Literal["auto", "tensor", "scalar", "modules", "neurons", "backward"]


def draw(
    obj: Any,
    *,
    view: View = "auto",
    depth: int | None = None,
    grads: bool = True,
    messages: bool = False,
    values: Values = "auto",
    heat: Heat = "auto",
    theme: str = "auto",
    direction: Direction = "LR",
    names: Literal["auto"] | dict[str, Any] | None = "auto",
) -> Picture:
    """Draw the computation graph of a Tensor, a Graph or a Trace.

    Static data is light blue and rounded, parameters are orange sheets with a folded corner, functions are
    neutral pills. A gradient that was not computed is "—", never 0: call `backward()` first to see it.

    Args:
        obj: the result whose graph is wanted, usually the loss, or net(x).
        view: what one sees.
            "auto": every call; of more than 150 nodes, repetitions and module calls are folded until they are fewer.
            "tensor": every call, whatever their number, up to 1,000 nodes.
            "scalar": every entry of every array as a node of its own, products and sums, up to 300.
            "modules": one box per module call; equal ones in sequence share a box with "×12".
            "neurons": the layers of a multilayer perceptron as columns of neurons.
            "backward": the computation of the gradients, from the result back.
        depth: in the module view, how many module calls deep one sees: 1 shows the outermost as boxes.
        grads: show the gradients that are known now.
        messages: write on each edge the message of the backward pass, `upstream × local = message`.
        values: "auto" shows numbers, and of arrays a summary; "full" every entry of small arrays; "none" nothing.
        heat: the heat maps of arrays: "auto" for value and gradient, "value" or "grad" for one of them, "off".
            In the neuron view, whether weights or their gradients colour the edges.
        theme: "auto" follows the reader's screen; "light", "dark" and "high-contrast" do not.
        direction: "LR" from left to right, "TB" from top to bottom.
        names: "auto" gives Tensors without a name that of the variable that holds them; a dict does so by
            itself, e.g. `names={"x": x}`; None leaves them nameless.

    Returns:
        A picture that a notebook shows, with `save(path)` for .svg, .png, .pdf and .html (in which folded boxes open
        when they are clicked); graphs also as .dot and .json.

    Raises:
        TypeError: `obj` has no graph: a module without an input, a number, a list; or an option is of the wrong type.
        ValueError: there is no such view, option or depth; the graph is too large for the view; or a trace from a
            file is empty, has a cycle, or is otherwise no trace.

    >>> import minigrad as mg, visuals
    >>> x, y = mg.Parameter(3.0), mg.Parameter(4.0)
    >>> f = x * y
    >>> visuals.draw(f)
    Computation graph of f: 3 nodes, 2 edges
      x                  parameter    value 3    grad —
      y                  parameter    value 4    grad —
      f = multiply(x, y) function     value 12   grad —
    """
    from visuals.views.choose import picture_of

    options = Options(
        grads=grads, messages=messages, values=values, heat=heat, theme=theme, direction=direction
    )
    given = variables(sys._getframe(1)) if isinstance(names, str) and names == "auto" else names or {}
    return picture_of(obj, given, view, depth, options)
