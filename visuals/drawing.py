"""Still pictures of a graph: `draw(loss)` in a notebook, `draw(loss).save("graph.svg")` in a script."""

from __future__ import annotations

import base64
import contextlib
import functools
import gc
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

from visuals import export, raster, svg
from visuals.collapse import collapse
from visuals.files import write_whole
from visuals.layout import Layout, layout
from visuals.subject import trace_of
from visuals.theme import palette

WHOLE = 5000  # nodes: a larger graph is drawn with many calls in one box
BOXES = 1000  # and with so many boxes
LARGEST = 100_000  # nodes: beyond, also that takes long, and says little
AS_PNG = 150  # nodes: where HTML is shown, nobody has to wait for a larger graph's second picture


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


class Drawing:
    """A picture of one trace. In a notebook it shows itself; `save` writes it to a file.

    Attributes:
        trace: what is drawn.
        layout: where everything stands.
    """

    def __init__(
        self, trace: Any, *, grads: bool, messages: bool, theme: str, direction: Literal["LR", "TB"]
    ) -> None:
        palette(theme)
        self.trace, self.messages, self.theme = trace, messages, theme
        with without_pauses():
            self.layout: Layout = layout(
                trace, direction=direction, messages=messages, grads=grads, run=messages
            )

    @functools.cached_property
    def svg(self) -> str:
        """The picture as SVG text, complete in itself."""
        with without_pauses():
            return svg.render(
                self.trace,
                self.layout,
                messages=self.messages,
                theme=self.theme,
                prefix="draw",
                interactive=False,
            )

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture; the ending of the name says how: .svg .png .pdf .html .dot .json.

        Raises:
            ValueError: the ending is none of these.
            OSError: the file cannot be written; nothing is left behind.
        """
        writers: dict[str, Callable[[], str | bytes]] = {
            ".svg": lambda: self.svg,
            ".png": lambda: self._picture("png"),
            ".pdf": lambda: self._picture("pdf"),
            ".html": lambda: export.page(self.trace, self.svg),
            ".dot": lambda: export.dot(self.trace, self.layout),
            ".json": lambda: export.json_text(self.trace),
        }
        ending = Path(path).suffix.lower()
        if ending not in writers:
            known = ", ".join(writers)
            raise ValueError(f"Cannot save as {os.fspath(path)!r}: the name must end in one of {known}.")
        return write_whole(path, writers[ending]())

    def _picture(self, form: str, largest: float = raster.LARGEST) -> bytes:
        theme = "dark" if self.theme == "dark" else "light"
        return raster.picture(
            self.trace, self.layout, form=form, messages=self.messages, theme=theme, largest=largest
        )

    def __repr__(self) -> str:
        return export.outline(self.trace, self.layout.grads)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """For notebooks: as an image inside HTML, which even a notebook that is not trusted shows."""
        data = base64.b64encode(self.svg.encode()).decode()
        alt = svg.escape(export.outline(self.trace, self.layout.grads, flat=True))
        style = f"width:{self.layout.width:g}px;max-width:100%;height:auto"
        bundle = {
            "text/html": f'<img src="data:image/svg+xml;base64,{data}" alt="{alt}" style="{style}">',
            "text/plain": repr(self),
        }
        if len(self.trace.nodes) <= AS_PNG:
            bundle["image/png"] = base64.b64encode(self._picture("png", largest=4000)).decode()
        return bundle


def draw(
    obj: Any,
    *,
    grads: bool = True,
    messages: bool = False,
    theme: str = "auto",
    direction: Literal["LR", "TB"] = "LR",
    names: Literal["auto"] | dict[str, Any] | None = "auto",
) -> Drawing:
    """Draw the computation graph of a Tensor, or of a Trace.

    Static data is light blue and rounded, parameters are orange sheets with a folded corner, functions are
    neutral pills. A gradient that was not computed is "—", never 0: call `backward()` first to see it. Of more than
    5,000 nodes a picture shows boxes for many calls at once: those of one module call, or equal shares.

    Args:
        obj: the result whose graph is wanted, usually the loss.
        grads: show the gradients that are known now.
        messages: write on each edge the message of the backward pass, `upstream × local = message`.
        theme: "auto" follows the reader's screen; "light" and "dark" do not.
        direction: "LR" from left to right, "TB" from top to bottom.
        names: "auto" gives Tensors without a name that of the variable that holds them; a dict does so by
            itself, e.g. `names={"x": x}`; None leaves them nameless.

    Raises:
        TypeError: `obj` is neither a Tensor nor a Trace.
        ValueError: the graph has more than 100,000 nodes.

    >>> import minigrad as mg, visuals
    >>> x, y = mg.Parameter(3.0), mg.Parameter(4.0)
    >>> f = x * y
    >>> visuals.draw(f)
    Computation graph of f: 3 nodes, 2 edges
      x                  parameter    value 3    grad —
      y                  parameter    value 4    grad —
      f = multiply(x, y) function     value 12   grad —
    """
    trace = trace_of(obj, names, sys._getframe(1), "draw", limit=LARGEST)
    if len(trace.nodes) > WHOLE:
        trace = collapse(trace, BOXES)
    return Drawing(trace, grads=grads, messages=messages, theme=theme, direction=direction)
