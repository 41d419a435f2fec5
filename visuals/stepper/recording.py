"""What both forms of the stepper, widget and page, are made of: the trace, its picture, and the style sheet.

- trace_of(loss, ...)  the run of a Tensor, or a Trace as it is
- live_picture(trace)  the SVG that the front end brings to life; still_picture is for where no script runs
- css()                colours of both themes, the picture's rules and stepper.css
"""

from __future__ import annotations

import re
from pathlib import Path
from types import FrameType
from typing import Any

import minigrad as mg
from visuals import svg, theme
from visuals.drawing import LIMIT, _described, _tensors
from visuals.layout import Layout

HERE = Path(__file__).parent


def trace_of(output: Any, gradient: Any, names: Any, caller: FrameType, who: str) -> mg.Trace:
    """The run of `output`, a Tensor or already a Trace; `who` was called with it, by `caller`.

    Raises:
        TypeError: it is neither.
        ValueError: the graph is too large to be looked at.
    """
    if not isinstance(output, (mg.Tensor, mg.Trace)):
        raise TypeError(
            f"{who} steps through the graph of a Tensor or a Trace, but got {_described(output)}. Compute with "
            f'Tensors and pass the result: x = mg.tensor(2.0, requires_grad=True, name="x"); {who}(x * x).'
        )
    if isinstance(output, mg.Tensor):
        if isinstance(names, str) and names == "auto":
            names = {**_tensors(caller.f_globals, mg.Tensor), **_tensors(caller.f_locals, mg.Tensor)}
        output = mg.trace(output, gradient=gradient, names=names or {})
    if len(output.nodes) > LIMIT:
        raise ValueError(
            f"This graph has {len(output.nodes)} nodes; more than {LIMIT} cannot be followed on a screen. Step through "
            "a smaller part of it: one example instead of a batch, or a Tensor nearer to the inputs."
        )
    return output


def live_picture(trace: mg.Trace, place: Layout) -> str:
    """The SVG that the front end brings to life: all boxes, edges and ledgers, no value, no gradient, no cell.

    Its page has the style sheet below, so the colours need not stand in the drawing too.
    """
    drawn = svg.render(
        trace,
        place,
        values=False,
        grads="none",
        messages=True,
        prefix="step",
        standalone=False,
        interactive=True,
    )
    return re.sub(
        r'<rect class="" fill-opacity="0"[^>]*/>', "", _plain(drawn)
    )  # heat map cells are made when needed


def still_picture(trace: mg.Trace, place: Layout, theme_name: str = "auto", in_page: bool = False) -> str:
    """The SVG for where no script runs: everything that the run has found out. `in_page`: as part of our page."""
    drawn = svg.render(
        trace, place, grads="final", messages=True, prefix="still", theme=theme_name,
        standalone=not in_page, interactive=False,
    )  # fmt: skip
    return _plain(drawn) if in_page else drawn


def _plain(drawn: str) -> str:
    return re.sub(r' (fill|stroke)="#[0-9a-f]{6}"', "", drawn)


def css(theme_name: str = "auto") -> str:
    """The style sheet of the stepper; `theme_name` is for the picture where no script runs.

    The front end finds out which theme the reader has and says so in `data-theme`; this is stronger than the rules of
    a still picture, which can only ask the screen.
    """
    variables = {
        name: "".join(f"--mg-{key}:{colour};" for key, colour in theme.palette(name).items())
        for name in ("light", "dark")
    }
    themes = [
        f'.mg-stepper[data-theme="{name}"],.mg-stepper[data-theme="{name}"] .mg-graph{{color-scheme:{name};{colours}}}'
        for name, colours in variables.items()
    ]
    return "\n".join([theme.css(theme_name), *themes, (HERE / "stepper.css").read_text(encoding="utf-8")])


def script() -> str:
    """The front end, as it is."""
    return (HERE / "stepper.js").read_text(encoding="utf-8")
