"""The stepper anywhere else: one HTML file that needs no kernel, no server and no network.

The page holds the same `stepper.js` and `stepper.css` as the widget. A model of a few lines stands in for the one that
a notebook provides, and keeps the step in the page's address: `x.html#step=17` opens there.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import minigrad as mg
from visuals import text as words
from visuals.debug.views import beginning, examined, with_sizes
from visuals.export import outline
from visuals.files import write_whole
from visuals.layout import layout
from visuals.stepper import recording
from visuals.stepper.asking import Question
from visuals.stepper.editing import NO_PYTHON, explained, foldable, prepared, reordered
from visuals.stepper.modes import MODES, one_of, wanted
from visuals.stepper.notes import Notes, noted
from visuals.svg import escape
from visuals.theme import palette


def to_html(
    output: Any,
    path: str | os.PathLike[str],
    *,
    mode: str = "watch",
    ask: Any = None,
    tolerance: float = 0.01,
    title: str | None = None,
    theme: str = "auto",
    names: Literal["auto"] | dict[str, Any] | None = "auto",
    gradient: Any = None,
    compare: Any = None,
    notes: Notes | None = None,
    order: Any = None,
) -> Path:
    """Write the stepper of a Tensor (or of a Trace) as one page for any browser, offline.

    Args:
        output: as for `BackpropStepper`; so are `mode`, `ask`, `order`, `tolerance`, `names`, `gradient` and
            `compare`. In
            predict mode, the reader saves the answers as a JSON file.
        path: the file to write; `~` is the home folder.
        title: the page's heading; None says whose graph it is.
        theme: "auto" follows the reader's screen; "light", "dark" and "high-contrast" (for
            projectors) do not.
        notes: what the lecturer says at a step, by its number, e.g. `notes={7: "Why is this one negative?"}`. The page
            opens at a step by its address, `x.html#step=7`, and as slides with `x.html#step=7&present`.

    Returns:
        The path of the file.

    Raises:
        TypeError: `output` is neither a Tensor nor a Trace.
        ValueError: there is no such theme, mode, kind of question or step of a note; or the graph has more than 1000
            nodes.
        OSError: the file cannot be written; nothing is left behind, and an older file stays as it was.

    >>> import minigrad as mg, tempfile, visuals
    >>> x = mg.tensor(-2.0, requires_grad=True, name="x")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     to_html(3 * x, f"{folder}/x.html").name
    'x.html'
    """
    trace, own, found = examined(output, mode, names, sys._getframe(1), "to_html", gradient, compare)
    text = page_of(output, trace, mode, ask, tolerance, title, theme, gradient, notes, order, own, found)
    return write_whole(Path(path).expanduser(), text)


def page_of(
    output: Any,
    trace: mg.Trace,
    mode: str,
    ask: Any,
    tolerance: float,
    title: str | None,
    theme: str,
    gradient: Any,
    notes: Notes | None,
    order: Any = None,
    own: mg.Trace | None = None,
    found: dict[str, Any] | None = None,
) -> str:
    """The page of `output`, whose run is `trace`, as text: what `to_html` writes and `to_iframe` frames."""
    palette(theme)
    one_of("mode", mode, MODES)
    questions = wanted(trace, mode, ask, tolerance)
    extra: dict[str, Any] = {"notes": noted(notes, len(trace.frames))}
    live, reason = prepared(output, own or trace, gradient)
    run, ordered = reordered(live, trace, mode, order, reason)
    extra |= foldable(trace, mode if not found else "debug") | ordered
    extra |= {"trace": json.loads(run.to_json(), parse_float=short), "frozen": NO_PYTHON}
    return page(trace, title, theme, mode, questions, tolerance, extra | explained(live, {}), found)


def page(
    trace: mg.Trace,
    title: str | None = None,
    theme: str = "auto",
    mode: str = "watch",
    questions: Sequence[Question] = (),
    tolerance: float = 0.01,
    extra: Mapping[str, Any] | None = None,
    found: dict[str, Any] | None = None,
) -> str:
    """The page as text; `extra` are further traits: notes, what is `explained`; `found` is what `examined` found."""
    place = layout(trace)
    traits = {"step": 0, "mode": mode, "selected": "", "theme": theme, "title": "", "answers": {}}
    traits |= {"presenting": False, "kernel": False, "folded": []}
    traits |= {"view": "", "followed": {}, "step": beginning(found or {})}
    traits |= {
        "tolerance": tolerance,
        "frozen": NO_PYTHON,
        "leaves": [],
        "edits": {},
        "edited": {},
        "ledgers": {},
    }
    packed = {
        "trace": json.loads(trace.to_json(), parse_float=short),
        "svg": recording.live_picture(trace, place),
        "questions": list(questions),
        "details": {},
        "findings": with_sizes(found or {}, place),
        **(extra or {}),
        "program": module(),
    }
    program = "\n" + (recording.HERE / "page.js").read_text(encoding="utf-8")
    parts = {
        "title": escape(title or words.graph_label(trace).partition(":")[0]),
        "theme": theme,
        "css": tight(f"{recording.css(theme)}\n{PAGE_CSS}"),
        "hash": base64.b64encode(hashlib.sha256(program.encode()).digest()).decode(),
        "data": as_json({**traits, "packed": pack(packed)}),
        "program": program,
    }
    still = recording.still_picture(trace, theme, True, questions, found)
    if len(still) + sum(map(len, parts.values())) > LIGHT_PAGE:
        told = words.graph_label(trace) if questions else outline(trace)
        lines = "\n".join(escape(line) for line in told.splitlines())
        still = f"<pre>{lines}</pre>"  # nor could so large a picture be read without zooming
    return re.sub(r"\{\{(\w+)\}\}", lambda found: {**parts, "still": still}[found[1]], PAGE)


def pack(parts: dict[str, Any]) -> str:
    """Trace, picture and questions in few characters: gzip, which every browser unpacks by itself, as text."""
    packed = gzip.compress(as_json(parts).encode(), mtime=0)  # without the time: equal runs, equal pages
    return base64.b64encode(packed).decode()


def short(digits: str) -> float:
    """Numbers keep six digits; the stepper shows four."""
    return float(f"{float(digits):.6g}")


def module() -> str:
    """`stepper.js` without the lines that are all comment, and without indentation. To be read, there is the file."""
    code = re.sub(r"^ *(//.*|/\*\*((?!\*/)[\s\S])*\*/)$", "", recording.script(), flags=re.MULTILINE)
    return re.sub(r"\n\s+", "\n", code)


def tight(css: str) -> str:
    """A style sheet without its comments, and without the spaces that only people need.

    >>> tight("p { /* red */\\n  color: red;\\n}\\n")
    'p{color:red;}'
    """
    return re.sub(
        r"\s*([{};,>])\s*|(?<=[a-z]):\s+", lambda m: m[1] or ":", re.sub(r"/\*[\s\S]*?\*/", "", css)
    ).strip()


def as_json(value: Any) -> str:
    r"""JSON that may stand inside a script element, whatever names the user has given.

    >>> as_json("</script>")
    '"\\u003c/script>"'
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


# The policy: nothing from any address; no script but this one, by its hash, and the module that it makes of the packed
# program (blob:). (It evaluates no text; 'unsafe-eval' is for the tools that drive a browser in tests, which wait for a
# condition that way.)

LIGHT_PAGE = 145_000  # characters; heavier pages have words instead of a picture for browsers without script

PAGE = """<!doctype html>
<html lang="en" data-theme="{{theme}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; script-src 'sha256-{{hash}}' blob: 'unsafe-eval'; style-src 'unsafe-inline';
 base-uri 'none'; form-action 'none'">
<meta name="generator" content="minigrad">
<title>{{title}}</title>
<style>
{{css}}
</style>
</head>
<body>
<main>
<h1>{{title}}</h1>
<div id="stepper"></div>
<noscript>{{still}}</noscript>
</main>
<script type="application/json" id="traits">{{data}}</script>
<script type="module">{{program}}</script>
</body>
</html>
"""

PAGE_CSS = """
:root { color-scheme: light dark; }
:root[data-theme="light"], :root[data-theme="high-contrast"] { color-scheme: light; }
:root[data-theme="dark"] { color-scheme: dark; }
body { margin: 0; background: light-dark(#ffffff, #16181c); color: light-dark(#1f2328, #eef1f4);
       font-family: system-ui, "Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; }
main { max-width: 1200px; margin: 0 auto; padding: clamp(12px, 3vw, 32px); }
h1 { margin: 0 0 16px; font-size: clamp(20px, 3vw, 28px); font-weight: 600; overflow-wrap: anywhere; }
:root:has(.mg-presenting) main { max-width: none; padding: 0; }
:root:has(.mg-presenting) h1 { display: none; }
noscript > svg { display: block; width: 100%; margin: auto; }
@media print {
  :root[data-theme] { color-scheme: light; }
  body { background: #ffffff; color: #1f2328; }
  main { max-width: none; padding: 0; }
}
"""
