"""The backprop stepper: forward values, then every message on its edge, one frame at a time.

- `BackpropStepper(loss)`   in a notebook: a widget
- `to_html(loss, "x.html")` anywhere else: the same stepper as one offline page
- `to_iframe(loss)`         the same inside a page: nbconvert, slides, a course
"""

from visuals.stepper.export import to_html
from visuals.stepper.framing import Framed, to_iframe
from visuals.stepper.widget import BackpropStepper

__all__ = ["BackpropStepper", "Framed", "to_html", "to_iframe"]
