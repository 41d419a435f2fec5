"""Steppers for pages: what a notebook shows as a widget becomes a frame that steps without a kernel.

With this module, one can
- switch to frames:     instead_of_widgets()     in the kernel of a notebook that is run to be published
"""

from __future__ import annotations

import functools
import inspect
import sys
from typing import Any

from visuals.stepper import BackpropStepper, Framed, to_iframe
from visuals.subject import variables

HEIGHT = 640  # pixels: fits a slide and a small screen; larger graphs are moved and zoomed inside


def instead_of_widgets() -> None:
    """From now on, a `BackpropStepper` that a cell shows is an `<iframe>` with the page of `to_html` in it."""
    begin = BackpropStepper.__init__

    @functools.wraps(begin)
    def remembering(self: Any, output: Any, *args: Any, **options: Any) -> None:
        if (
            options.setdefault("names", "auto") == "auto"
        ):  # the cell's own variables, while its frame is there
            options["names"] = variables(sys._getframe(1))
        begin(self, output, *args, **options)
        self._framed = functools.partial(_frame, output, options)

    def bundle(self: Any, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"text/html": self._framed()._repr_html_(), "text/plain": repr(self)}, {}

    BackpropStepper.__init__ = remembering  # type: ignore[method-assign]
    BackpropStepper._repr_mimebundle_ = bundle  # type: ignore[method-assign]


def _frame(output: Any, options: dict[str, Any]) -> Framed:
    known = inspect.signature(to_iframe).parameters
    return to_iframe(
        output, **{name: value for name, value in options.items() if name in known}, height=HEIGHT
    )
