"""The stepper in a notebook: `BackpropStepper(loss)`."""

from __future__ import annotations

import sys
from typing import Any, Literal

import anywidget
import traitlets

from visuals import text as words
from visuals.debug.views import AS_THEY_ARE, beginning, examined, with_sizes
from visuals.export import outline
from visuals.layout import layout
from visuals.stepper import recording
from visuals.stepper.editing import answered, explained, foldable, ledgers, prepared, reordered
from visuals.stepper.modes import MODES, one_of, wanted
from visuals.stepper.notes import Notes, noted
from visuals.stepper.scores import score
from visuals.theme import HIGH_CONTRAST, THEMES
from visuals.views.modules import VISIBLE
from visuals.views.picture import image

START = "Nothing has been computed yet. Step forward to begin."


class BackpropStepper(anywidget.AnyWidget):
    """Watch backpropagation through the graph of a Tensor, one frame at a time; predict it; or try another order.

    Values appear from left to right, then every message `upstream × local` rides its edge back, and a node that is
    used several times adds up what it receives. Step with the buttons, the slider or the arrow keys; click a node for
    all that it has received. The whole run is recorded when the widget is made: stepping asks nothing of the kernel.
    Only a change of a leaf's value does: select the leaf, and type or drag.

    Args:
        output: the result whose backward pass is wanted, usually the loss; or a `mg.Trace`.
        mode: "watch"; "predict": the stepper stops before each event of a kind and asks for it; "order": the
            backward pass in an order of your own, which may be wrong; or "debug": every rule is checked against
            finite differences, in place, and the stepper opens at the first wrong edge.
        order: in order mode, the nodes that send messages, by name or as Tensors, in the order in which they send; if
            left out, the right one. In the picture, another one can be chosen by clicking.
        ask: in predict mode, what for: "messages" (if left out), "values", "gradients", "order" (which node may send
            next), "patterns"; or a list of nodes, by name or as Tensors, whose messages are asked for.
        tolerance: the relative error that still counts as right.
        names: "auto" gives Tensors without a name that of the variable that holds them; a dict does so by itself;
            None leaves them nameless.
        theme: "auto" follows the notebook and the screen; "light", "dark" and "high-contrast" (for
            projectors) do not.
        gradient: the upstream gradient of `output`; None means 1 for one number, and ones otherwise.
        compare: a Tensor or Trace of another run, laid over this one: what differs is marked and told.
        notes: what the lecturer says at a step, by its number, e.g. `notes={7: "Why is this one negative?"}`.

    Attributes:
        step: how many frames have happened, from 0 to `len(stepper)`. Set it, and the picture follows.
        selected: the id of the node that the panel shows, "" for none.
        title: a line above the picture.
        trace: the run, as `mg.Trace.to_dict()` gives it.
        folded: the ids of the modules that are shown as one box each; `modules` has all of them, with their titles.
        presenting: whether it is shown in large type, for a lecture.
        frozen: why the values of leaves cannot be changed in the picture; "" if they can.
        questions, answers: what predict mode asks, and what was answered, by the id of the question.
        findings: what was found out about the run, in debug mode and by `compare`; see `visuals.debug`.
        view: which of the findings is looked at: "checks", "differences", …

    Raises:
        TypeError: `output` is neither a Tensor nor a Trace; or it is a Trace in debug mode.
        ValueError: there is no such mode, theme, kind of question, or step of a note; the graph has more than 1000
            nodes, or nothing in it that could be asked for.

    >>> import minigrad as mg, visuals
    >>> x = mg.tensor(-2.0, requires_grad=True, name="x")
    >>> stepper = visuals.BackpropStepper(3 * x)
    >>> len(stepper), stepper.step, stepper.sentence
    (5, 0, 'Nothing has been computed yet. Step forward to begin.')
    >>> stepper.step = 4
    >>> stepper.sentence
    '3 × sends x: upstream 1 × local 3 = 3.'
    >>> visuals.BackpropStepper(3 * x, mode="predict").questions[0]["text"]
    '3 × sends x a message. What is it?'
    """

    _esm = recording.HERE / "stepper.js"
    _css = recording.css()

    trace = traitlets.Dict().tag(sync=True)
    svg = traitlets.Unicode().tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)
    mode = traitlets.Unicode("watch").tag(sync=True)
    selected = traitlets.Unicode("").tag(sync=True)
    questions: traitlets.List = traitlets.List().tag(sync=True)
    answers = traitlets.Dict().tag(sync=True)
    tolerance = traitlets.Float(0.01).tag(sync=True)
    frozen = traitlets.Unicode("").tag(sync=True)
    leaves: traitlets.List = traitlets.List().tag(sync=True)
    details = traitlets.Dict().tag(sync=True)
    edits = traitlets.Dict().tag(sync=True)
    edited = traitlets.Dict().tag(sync=True)
    ledgers = traitlets.Dict().tag(sync=True)
    theme = traitlets.Unicode("auto").tag(sync=True)
    title = traitlets.Unicode("").tag(sync=True)
    findings = traitlets.Dict().tag(sync=True)
    view = traitlets.Unicode("").tag(sync=True)
    followed = traitlets.Dict().tag(sync=True)
    notes = traitlets.Dict().tag(sync=True)
    presenting = traitlets.Bool(False).tag(sync=True)
    lenses = traitlets.Dict().tag(sync=True)
    order: traitlets.List = traitlets.List().tag(sync=True)
    verdict = traitlets.Dict().tag(sync=True)
    modules: traitlets.List = traitlets.List().tag(sync=True)
    pictures = traitlets.Dict().tag(sync=True)
    folded: traitlets.List = traitlets.List().tag(sync=True)
    kernel = traitlets.Bool(True).tag(sync=True)

    def __init__(
        self,
        output: Any,
        *,
        mode: str = "watch",
        ask: Any = None,
        order: Any = None,
        tolerance: float = 0.01,
        names: Literal["auto"] | dict[str, Any] | None = "auto",
        theme: str = "auto",
        gradient: Any = None,
        compare: Any = None,
        notes: Notes | None = None,
    ) -> None:
        one_of("mode", mode, MODES)
        one_of("theme", theme, (*THEMES, HIGH_CONTRAST))
        caller = sys._getframe(1)
        self._run, own, found = examined(output, mode, names, caller, "BackpropStepper", gradient, compare)
        asked = wanted(self._run, mode, ask, tolerance)
        self._live, reason = prepared(output, own, gradient)
        self._reason = AS_THEY_ARE if found else reason
        self._first, place = self._run, layout(self._run)
        self._run, ordered = reordered(self._live, self._first, mode, order, self._reason)
        super().__init__(
            findings=with_sizes(found, place),
            step=beginning(found),
            trace=self._run.to_dict(),
            svg=recording.live_picture(self._first, place),
            mode=mode,
            theme=theme,
            notes=noted(notes, len(self._run.frames)),
            questions=asked,
            tolerance=tolerance,
            leaves=[] if self._live is None or self._reason else list(self._live.leaves),
            **ordered,
            **foldable(self._first, mode if not found else "debug"),
            **explained(self._live, {}),
        )

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

    def score(self) -> dict[str, Any]:
        """What was answered so far in predict mode, as JSON-able data; "Save answers" in the browser saves the same.

        Returns:
            asked, answered: how many questions there are, and how many were answered rightly; first_try: how many of
            these at once; hints, seconds: in all; questions: for each its id, kind, what it is about, text,
            attempts (as they were written), right, hints, shown (the answer was asked for), seconds.

        >>> import minigrad as mg, visuals
        >>> x = mg.tensor(-2.0, requires_grad=True, name="x")
        >>> stepper = visuals.BackpropStepper(3 * x, mode="predict")
        >>> {key: value for key, value in stepper.score().items() if key != "questions"}
        {'asked': 1, 'answered': 0, 'first_try': 0, 'hints': 0, 'seconds': 0.0}
        """
        return score(self.questions, self.answers)

    @traitlets.observe("edits")
    def _answer(self, change: Any) -> None:
        """Run the graph again with the values that the reader has chosen; the picture stays, its frames are new."""
        if self._live is None or not change["new"]:
            return
        run, reply = answered(self._live, change["new"])
        with self.hold_sync():  # the page learns all of it at once
            if run is not None:
                self._run = run
                self.ledgers = ledgers(run)
                for name, found in explained(self._live, change["new"]["values"]).items():
                    self.set_trait(name, found)
                self.trace = run.to_dict()
            self.edited = reply

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
        mode = one_of("mode", proposal["value"], MODES)
        if mode == "debug" and not self.findings:
            raise traitlets.TraitError(
                'This stepper has not looked into its graph: make one that does, BackpropStepper(loss, mode="debug").'
            )
        if mode == "predict" and not self.questions:
            self.questions = wanted(self._run, mode, None, self.tolerance)
        return mode

    @traitlets.observe("mode", "order")
    def _reorder(self, change: Any) -> None:
        """The run of this mode, in this order: chosen in the picture, or set by Python."""
        if not hasattr(self, "_first") or change["old"] is traitlets.Undefined:
            return
        order = self.order if self.mode == "order" and self.order else None
        if self.mode != "order" and not self.verdict:
            return
        if order is not None and order == self.verdict.get("order"):
            return
        self._run, ordered = reordered(self._live, self._first, self.mode, order, self._reason)
        with self.hold_sync():
            for name, value in ordered.items():
                self.set_trait(name, value)
            if not self.ledgers:
                self.ledgers = ledgers(self._run)
            self.trace = self._run.to_dict()

    @traitlets.validate("theme")
    def _valid_theme(self, proposal: Any) -> str:
        return one_of("theme", proposal["value"], (*THEMES, HIGH_CONTRAST))

    def __repr__(self) -> str:
        head = f"BackpropStepper at step {self.step} of {len(self)}"
        if self.questions:
            return f"{head}, {len(self.questions)} questions\n{words.graph_label(self._run)}"
        return f"{head}\n{outline(self._run)}"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The widget; and for notebooks that are not trusted, which lose widgets, the picture as an image."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, about = bundle
        still = recording.still_picture(self._run, self.theme, False, self.questions, self.findings)
        brief = self.questions or len(self._run.nodes) > VISIBLE
        html = image(still, words.graph_label(self._run) if brief else outline(self._run, flat=True))
        return {**data, "text/html": html, "text/plain": repr(self)}, about
