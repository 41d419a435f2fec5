"""The stepper in a notebook: `BackpropStepper(loss)`."""

from __future__ import annotations

import base64
import sys
from typing import Any, Literal

import anywidget
import traitlets

from visuals.export import outline
from visuals.layout import layout
from visuals.stepper import recording
from visuals.subject import trace_of
from visuals.svg import escape
from visuals.theme import THEMES

MODES = ("watch",)
START = "Nothing has been computed yet. Step forward to begin."


class BackpropStepper(anywidget.AnyWidget):
    """Watch backpropagation through the graph of a Tensor, one frame at a time.

    Values appear from left to right, then every message `upstream × local` rides its edge back, and a node that is
    used several times adds up what it receives. Step with the buttons, the slider or the arrow keys; click a node for
    all that it has received. The whole run is recorded when the widget is made: stepping asks nothing of the kernel.

    Args:
        output: the result whose backward pass is wanted, usually the loss; or a `mg.Trace`.
        mode: "watch".
        names: "auto" gives Tensors without a name that of the variable that holds them; a dict does so by itself;
            None leaves them nameless.
        theme: "auto" follows the notebook and the screen; "light" and "dark" do not.
        gradient: the upstream gradient of `output`; None means 1 for one number, and ones otherwise.

    Attributes:
        step: how many frames have happened, from 0 to `len(stepper)`. Set it, and the picture follows.
        selected: the id of the node that the panel shows, "" for none.
        title: a line above the picture.
        trace: the run, as `mg.Trace.to_dict()` gives it.

    Raises:
        TypeError: `output` is neither a Tensor nor a Trace.
        ValueError: there is no such mode or theme; or the graph has more than 1000 nodes.

    >>> import minigrad as mg, visuals
    >>> x = mg.tensor(-2.0, requires_grad=True, name="x")
    >>> stepper = visuals.BackpropStepper(3 * x)
    >>> len(stepper), stepper.step, stepper.sentence
    (5, 0, 'Nothing has been computed yet. Step forward to begin.')
    >>> stepper.step = 4
    >>> stepper.sentence
    '3 × sends x: upstream 1 × local 3 = 3.'
    """

    _esm = recording.HERE / "stepper.js"
    _css = recording.css()

    trace = traitlets.Dict().tag(sync=True)
    svg = traitlets.Unicode().tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)
    mode = traitlets.Unicode("watch").tag(sync=True)
    selected = traitlets.Unicode("").tag(sync=True)
    theme = traitlets.Unicode("auto").tag(sync=True)
    title = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self,
        output: Any,
        *,
        mode: str = "watch",
        names: Literal["auto"] | dict[str, Any] | None = "auto",
        theme: str = "auto",
        gradient: Any = None,
    ) -> None:
        _one_of("mode", mode, MODES)
        _one_of("theme", theme, THEMES)
        self._run = trace_of(output, names, sys._getframe(1), "BackpropStepper", gradient)
        place = layout(self._run)
        self._still = recording.still_picture(self._run, place, theme)
        picture = recording.live_picture(self._run, place)
        super().__init__(trace=self._run.to_dict(), svg=picture, mode=mode, theme=theme)

    def __len__(self) -> int:
        """The number of frames: the last step."""
        return len(self._run.frames)

    def __bool__(self) -> bool:
        return True

    @property
    def frame(self) -> dict[str, Any] | None:
        """The frame that happened last; None at step 0."""
        return self._run.frames[self.step - 1] if self.step else None

    @property
    def sentence(self) -> str:
        """What the stepper says at this step."""
        return self.frame["sentence"] if self.frame else START

    @traitlets.validate("step")
    def _valid_step(self, proposal: Any) -> int:
        step: int = proposal["value"]
        if not 0 <= step <= len(self):
            raise traitlets.TraitError(
                f"step goes from 0 (nothing has happened) to {len(self)} (done), not to {step}."
            )
        return step

    @traitlets.validate("selected")
    def _valid_node(self, proposal: Any) -> str:
        ids = [node["id"] for node in self._run.nodes]
        if proposal["value"] and proposal["value"] not in ids:
            raise traitlets.TraitError(
                f"There is no node {proposal['value']!r}; the ids are {', '.join(ids)}."
            )
        return str(proposal["value"])

    @traitlets.validate("mode")
    def _valid_mode(self, proposal: Any) -> str:
        return _one_of("mode", proposal["value"], MODES)

    @traitlets.validate("theme")
    def _valid_theme(self, proposal: Any) -> str:
        return _one_of("theme", proposal["value"], THEMES)

    def __repr__(self) -> str:
        return f"BackpropStepper at step {self.step} of {len(self)}\n{outline(self._run)}"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The widget; and for notebooks that are not trusted, which lose widgets, the picture as an image."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, about = bundle
        image = base64.b64encode(self._still.encode()).decode()
        alt = escape(outline(self._run, flat=True))
        html = f'<img src="data:image/svg+xml;base64,{image}" alt="{alt}" style="max-width:100%;height:auto">'
        return {**data, "text/html": html, "text/plain": repr(self)}, about


def _one_of(what: str, given: str, known: tuple[str, ...]) -> str:
    if given not in known:
        raise ValueError(f"{what} is {' or '.join(repr(k) for k in known)}, not {given!r}.")
    return given
