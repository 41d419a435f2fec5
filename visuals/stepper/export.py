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
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import minigrad as mg
from visuals import text as words
from visuals.debug.still import signed
from visuals.debug.views import beginning, examined, with_sizes
from visuals.export import outline
from visuals.files import write_whole
from visuals.layout import layout
from visuals.stepper import recording
from visuals.stepper.asking import Question
from visuals.stepper.details import details
from visuals.stepper.editing import NO_PYTHON, prepared
from visuals.stepper.modes import MODES, one_of, wanted
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
) -> Path:
    """Write the stepper of a Tensor (or of a Trace) as one page for any browser, offline.

    Args:
        output: as for `BackpropStepper`; so are `mode`, `ask`, `tolerance`, `names`, `gradient` and `compare`. In
            predict mode, the reader saves the answers as a JSON file.
        path: the file to write; `~` is the home folder.
        title: the page's heading; None says whose graph it is.
        theme: "auto" follows the reader's screen; "light" and "dark" do not.

    Returns:
        The path of the file.

    Raises:
        TypeError: `output` is neither a Tensor nor a Trace.
        ValueError: there is no such theme, mode or kind of question; or the graph has more than 1000 nodes.
        OSError: the file cannot be written; nothing is left behind, and an older file stays as it was.

    >>> import minigrad as mg, tempfile, visuals
    >>> x = mg.tensor(-2.0, requires_grad=True, name="x")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     to_html(3 * x, f"{folder}/x.html").name
    'x.html'
    """
    palette(theme)
    one_of("mode", mode, MODES)
    trace, own, found = examined(output, mode, names, sys._getframe(1), "to_html", gradient, compare)
    questions = wanted(trace, mode, ask, tolerance)
    live, _ = prepared(output, own, gradient)
    more = {} if live is None else details(live, live.forward({}))
    text = page(trace, title, theme, mode, questions, tolerance, more, found)
    return write_whole(Path(path).expanduser(), text)


def page(
    trace: mg.Trace,
    title: str | None = None,
    theme: str = "auto",
    mode: str = "watch",
    questions: Sequence[Question] = (),
    tolerance: float = 0.01,
    more: dict[str, Any] | None = None,
    found: dict[str, Any] | None = None,
) -> str:
    """The page as text; `more` is what `details` found, `found` what `examined` did."""
    place = layout(trace)
    traits = {"step": 0, "mode": mode, "selected": "", "theme": theme, "title": "", "answers": {}}
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
        "details": more or {},
        "findings": with_sizes(found or {}, place),
    }
    program = f"{module()}\n{SHIM}"
    parts = {
        "title": escape(title or words.graph_label(trace).partition(":")[0]),
        "theme": theme,
        "css": tight(f"{recording.css(theme)}\n{PAGE_CSS}"),
        "hash": base64.b64encode(hashlib.sha256(program.encode()).digest()).decode(),
        "data": as_json({**traits, "packed": pack(packed)}),
        "program": program,
    }
    still = recording.still_picture(trace, place, theme, True, questions)
    still = signed(still, found or {}, place)
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
    """`stepper.js` as the beginning of a script: what it exports is then simply there.

    Without the lines that are all comment, and without indentation: half of its size. To be read, there is the file.
    """
    code = re.sub(r"^export default ", "const stepper = ", recording.script(), flags=re.MULTILINE)
    code = re.sub(r"^export ", "", code, flags=re.MULTILINE)
    code = re.sub(r"^ *(//.*|/\*\*((?!\*/)[\s\S])*\*/)$", "", code, flags=re.MULTILINE)
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


# The policy: nothing from any address, and no script but this one, by its hash. (It evaluates no text; 'unsafe-eval' is
# for the tools that drive a browser in tests, which wait for a condition that way.)

LIGHT_PAGE = 145_000  # characters; heavier pages have words instead of a picture for browsers without script

PAGE = """<!doctype html>
<html lang="en" data-theme="{{theme}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; script-src 'sha256-{{hash}}' 'unsafe-eval'; style-src 'unsafe-inline';
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
:root[data-theme="light"] { color-scheme: light; }
:root[data-theme="dark"] { color-scheme: dark; }
body { margin: 0; background: light-dark(#ffffff, #16181c); color: light-dark(#1f2328, #eef1f4);
       font-family: system-ui, "Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; }
main { max-width: 1200px; margin: 0 auto; padding: clamp(12px, 3vw, 32px); }
h1 { margin: 0 0 16px; font-size: clamp(20px, 3vw, 28px); font-weight: 600; overflow-wrap: anywhere; }
noscript > svg { display: block; width: 100%; margin: auto; }
@media print {
  :root[data-theme] { color-scheme: light; }
  body { background: #ffffff; color: #1f2328; }
  main { max-width: none; padding: 0; }
}
"""

# What a notebook gives to `render`, in a page: traits in an object, listeners in a map, the step in the address.
SHIM = """
// ------------------------------------------------------------------------------- The page's own model

async function pageModel() {
  const { packed, ...traits } = JSON.parse(document.getElementById("traits").textContent);
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  Object.assign(traits, await new Response(unpacked).json()); // trace, svg, questions, details
  const listeners = new Map();
  const stepInAddress = () => Number(/^#step=(\\d+)$/.exec(location.hash)?.[1] ?? NaN);
  const model = {
    get: (trait) => traits[trait],
    set(trait, value) {
      if (traits[trait] === value) return;
      traits[trait] = value;
      for (const listener of listeners.get(`change:${trait}`) ?? []) listener();
    },
    on: (event, listener) => listeners.set(event, [...(listeners.get(event) ?? []), listener]),
    off: (event, listener) => listeners.set(event, (listeners.get(event) ?? []).filter((other) => other !== listener)),
    save_changes() {
      if (stepInAddress() === traits.step || (!location.hash && traits.step === 0)) return;
      try {
        history.replaceState(null, "", `#step=${traits.step}`);
      } catch {
        // a page inside a frame may have no address of its own
      }
    },
  };
  const follow = () => Number.isNaN(stepInAddress()) || model.set("step", clampStep(traits.trace, stepInAddress()));
  addEventListener("hashchange", follow);
  follow();
  return model;
}

stepper.render({ model: await pageModel(), el: document.getElementById("stepper") });
"""
