"""Pictures and widgets of a computation graph.

With this package, one can
- draw a graph:       draw(loss), draw(loss).save("graph.svg")
- see it otherwise:   draw(loss, view="scalar" | "modules" | "neurons" | "backward")
- compare two:        compare(before, after)
- step through it:    BackpropStepper(loss) in a notebook, to_html(loss, "x.html") as a page,
                      to_iframe(loss) inside one
- look for a mistake: first_wrong_edge(loss), trace_diff(after, before), paths(loss, w), thermometer(loss), tape(loss)
- plot a training:    plots.training_curves(history), plots.loss_contour(…), plots.receptive_field_map(…)

Nothing is imported before it is used, so `import visuals` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from visuals import plots
    from visuals.debug import first_wrong_edge, paths, tape, thermometer, trace_diff
    from visuals.drawing import Drawing, draw
    from visuals.stepper import BackpropStepper, to_html, to_iframe
    from visuals.views.compare import Comparison, compare

__all__ = [
    "BackpropStepper",
    "Comparison",
    "Drawing",
    "compare",
    "draw",
    "first_wrong_edge",
    "paths",
    "plots",
    "tape",
    "thermometer",
    "to_html",
    "to_iframe",
    "trace_diff",
]

_HOMES = {
    "BackpropStepper": "visuals.stepper",
    "Comparison": "visuals.views.compare",
    "Drawing": "visuals.drawing",
    "compare": "visuals.views.compare",
    "draw": "visuals.drawing",
    "first_wrong_edge": "visuals.debug",
    "paths": "visuals.debug",
    "tape": "visuals.debug",
    "thermometer": "visuals.debug",
    "to_html": "visuals.stepper",
    "to_iframe": "visuals.stepper",
    "trace_diff": "visuals.debug",
}


def __getattr__(name: str) -> Any:
    if name == "plots":
        return importlib.import_module("visuals.plots")
    if name not in _HOMES:
        raise AttributeError(f"visuals has no {name!r}; it has {', '.join(__all__)}")
    found = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = found  # from now on without this function
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
