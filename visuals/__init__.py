"""Pictures and widgets of a computation graph.

With this package, one can
- draw a graph:       draw(loss), draw(loss).save("graph.svg")
- step through it:    BackpropStepper(loss) in a notebook, to_html(loss, "x.html") as a page
- plot a training:    plots.training_curves(history), plots.loss_contour(…), plots.receptive_field_map(…)

Nothing is imported before it is used, so `import visuals` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from visuals import plots
    from visuals.drawing import Drawing, draw
    from visuals.stepper import BackpropStepper, to_html

__all__ = ["BackpropStepper", "Drawing", "draw", "plots", "to_html"]

_HOMES = {
    "BackpropStepper": "visuals.stepper",
    "Drawing": "visuals.drawing",
    "draw": "visuals.drawing",
    "to_html": "visuals.stepper",
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
