"""What both forms of the stepper, widget and page, are made of: the picture and the style sheet.

- live_picture(trace)  the SVG that the front end brings to life; still_picture is for where no script runs
- css()                colours of both themes, the picture's rules and stepper.css
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import minigrad as mg
from visuals import svg, theme
from visuals.debug.still import signed
from visuals.layout import Layout, layout
from visuals.options import Options, Values
from visuals.views.choose import folded
from visuals.views.modules import VISIBLE

HERE = Path(__file__).parent


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


def still_picture(
    trace: mg.Trace,
    theme_name: str = "auto",
    in_page: bool = False,
    questions: Sequence[dict[str, Any]] = (),
    findings: Mapping[str, Any] | None = None,
) -> str:
    """The SVG for where no script runs: everything that the run has found out. `in_page`: as part of our page.

    It is what `draw` shows after the backward pass, folded where it is large. Where there are `questions`, it tells
    none of the answers: values at most, and no remark on any node. What was found wrong is marked.
    """
    asked = {question["kind"] for question in questions}
    values: Values = "none" if "values" in asked else "auto"
    options = Options(grads=not asked, messages=not asked, values=values, theme=theme_name)
    known = svg.final_gradients(trace)
    nodes = [{**node, "grad": known[node["id"]]} for node in trace.nodes]
    ended = mg.Trace.from_dict({**trace.to_dict(), "nodes": nodes})
    if len(nodes) > VISIBLE and not asked and not findings:
        drawn = folded(ended, {}, options, depth=None, automatic=True).rendered(
            "still", standalone=not in_page
        )
        return _plain(drawn) if in_page else drawn
    place = layout(ended, options)
    drawn = svg.render(
        ended, place, options, values="values" not in asked, grads="none" if asked else "known", prefix="still",
        standalone=not in_page, interactive=False,
    )  # fmt: skip
    if asked:
        drawn = re.sub(r"<title>[^<]*</title>", "", drawn)
    return signed(_plain(drawn) if in_page else drawn, findings or {}, place)


def _plain(drawn: str) -> str:
    return re.sub(r' (fill|stroke)="#[0-9a-f]{6}"', "", drawn)


def css(theme_name: str = "auto") -> str:
    """The style sheet of the stepper; `theme_name` is for the picture where no script runs.

    The front end finds out which theme the reader has and says so in `data-theme`; this is stronger than the rules of
    a still picture, which can only ask the screen.
    """
    rules = [theme.css(theme_name)]
    for name in ("light", "dark", theme.HIGH_CONTRAST):
        rules.append(
            f'.mg-stepper[data-theme="{name}"],.mg-stepper[data-theme="{name}"] .mg-graph{_palette(name)}'
        )
    rules.append(
        f"@media print{{.mg-stepper[data-theme],.mg-stepper[data-theme] .mg-graph{_palette('light')}}}"
    )
    return "\n".join([*rules, (HERE / "stepper.css").read_text(encoding="utf-8")])


def _palette(name: str) -> str:
    colours = "".join(f"--mg-{key}:{colour};" for key, colour in theme.palette(name).items())
    return f"{{color-scheme:{'dark' if name == 'dark' else 'light'};{colours}}}"


def script() -> str:
    """The front end, as it is."""
    return (HERE / "stepper.js").read_text(encoding="utf-8")
