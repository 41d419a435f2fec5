"""The stepper inside another page: `to_iframe(loss)`, for nbconvert, slides and the pages of a course.

The frame holds the whole page of `to_html` as text. It is sandboxed: it may run its own script and nothing else; it has
no address, no cookies, no network, and cannot reach the page around it.
"""

from __future__ import annotations

import html
import sys
from dataclasses import dataclass
from typing import Any, Literal

from visuals import text as words
from visuals.debug.views import examined
from visuals.stepper import recording
from visuals.stepper.export import page_of
from visuals.stepper.notes import Notes
from visuals.views.picture import image


@dataclass(frozen=True, repr=False)
class Framed:
    """A stepper in a frame. In a notebook it shows itself; `str` is the text to paste into a page.

    Attributes:
        page: the page in the frame, as `to_html` writes it.
        title: what a screen reader calls the frame.
        height: in pixels.
        sandbox: what the frame may do.
        image: the picture of the whole run, for notebooks that are not trusted: they lose the frame.
    """

    page: str
    title: str
    height: int
    sandbox: str
    image: str

    def __str__(self) -> str:
        page, title = html.escape(self.page, quote=True), html.escape(self.title, quote=True)
        return (
            f'<iframe title="{title}" sandbox="{self.sandbox}" allow="fullscreen" width="100%" '
            f'height="{self.height}" style="border:0" srcdoc="{page}"></iframe>'
        )

    def __repr__(self) -> str:
        return f"{self.title}, in a frame; print(...) gives the text to paste into a page"

    def _repr_html_(self) -> str:
        """The frame; and an image that is hidden, unless a notebook takes away the frame, and with it `hidden`.

        That is what JupyterLab and Notebook 7 do to a notebook that is not trusted.
        """
        return f"{self}<div hidden>{image(self.image, self.title)}</div>"


def to_iframe(
    output: Any,
    *,
    mode: str = "watch",
    ask: Any = None,
    tolerance: float = 0.01,
    title: str | None = None,
    theme: str = "auto",
    names: Literal["auto"] | dict[str, Any] | None = "auto",
    gradient: Any = None,
    notes: Notes | None = None,
    order: Any = None,
    compare: Any = None,
    height: int = 820,
) -> Framed:
    """The stepper of a Tensor (or of a Trace) as a frame inside another page, which works there without Python.

    Args:
        output: as for `to_html`; so are all others but `height`.
        height: of the frame, in pixels.

    Returns:
        An object that a notebook shows, also after nbconvert; `str` of it is `<iframe sandbox="allow-scripts"
        srcdoc="…">`, to be pasted into a page of a learning management system.

    Raises:
        TypeError, ValueError: as `to_html`; or the height is no positive number of pixels.

    >>> import minigrad as mg
    >>> x = mg.tensor(-2.0, requires_grad=True, name="x")
    >>> str(to_iframe(3 * x, title="3x"))[:58]
    '<iframe title="3x" sandbox="allow-scripts" allow="fullscre'
    """
    if isinstance(height, bool) or not isinstance(height, int) or height <= 0:
        raise ValueError(f"height is a number of pixels, such as 820, not {height!r}.")
    trace, own, found = examined(output, mode, names, sys._getframe(1), "to_iframe", gradient, compare)
    text = page_of(output, trace, mode, ask, tolerance, title, theme, gradient, notes, order, own, found)
    label = title or words.graph_label(trace).partition(":")[0]
    hidden = [{"kind": "values" if ask == "values" else ""}] if mode == "predict" else ()
    still = recording.still_picture(trace, theme, questions=hidden)
    sandbox = "allow-scripts allow-downloads" if mode == "predict" else "allow-scripts"  # to save the answers
    return Framed(text, label, height, sandbox, still)
