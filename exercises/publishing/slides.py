"""`minigrad slides NOTEBOOK`: a lecture as one offline file, in which the steppers still step.

With this module, one can
- make a deck:        main(Path("notebooks/02_computation_graphs.ipynb"), out=None)
- look at its plan:   columns(notebook) -> slides side by side, and below each other

A heading begins a slide to the right; what follows stands below it: a thought, with the code and the picture that
belong to it. After a question to the audience the answer waits for the next slide. A notebook whose cells say what
they are ("slide", "subslide", "fragment", "skip", "notes", as Jupyter's own menu offers) is cut as they say.
"""

from __future__ import annotations

import re
from html import escape
from importlib.resources import files
from pathlib import Path

from nbformat import NotebookNode, v4
from tqdm import tqdm

from exercises.publishing import cells, running
from visuals.files import write_whole

Slide = list[NotebookNode]
HEADING = re.compile(r"^#{1,2} ", re.MULTILINE)
# Where one thought ends: before a heading, a question to the audience, and a suggestion to try something.
THOUGHT = re.compile(r"\n\n(?=#{1,3} |\*\*Predict|\*\*Try changing|\*\*Lesson)")
SHORT = 650  # characters: more words fill a slide by themselves


def main(path: Path, out: Path | None) -> int:
    """Run a notebook and write its deck beside it, or where `out` says; prints where."""
    notebook = running.read(path)
    with tqdm(total=len(notebook.cells), desc=f"running {path.name}", leave=False) as bar:
        ran = running.run(path, lambda: bar.update())
    target = out or Path(f"{path.stem}.slides.html")
    if target.is_dir():
        target = target / f"{path.stem}.slides.html"
    write_whole(target, deck(ran, title_of(ran, path.stem)))
    print(
        f"Wrote {target}: open it in a browser; it needs no network. Arrow keys turn the slides, ? shows all keys."
    )
    return 0


def title_of(notebook: NotebookNode, otherwise: str) -> str:
    """The first heading of a notebook."""
    for cell in notebook.cells:
        found = re.search(r"^# (.+)$", cell.source, re.MULTILINE) if cell.cell_type == "markdown" else None
        if found:
            return found[1].strip()
    return otherwise


def columns(notebook: NotebookNode) -> list[list[Slide]]:
    """The slides of a notebook: columns from left to right, in each the slides from top to bottom.

    Example:
        >>> from nbformat import v4
        >>> text = v4.new_markdown_cell("# Title\\n\\nWords.\\n\\n## One\\n\\nMore.\\n\\n**Predict.** What?")
        >>> [len(column) for column in columns(v4.new_notebook(cells=[text, v4.new_code_cell("1")]))]
        [1, 3]
    """
    if any(cell.metadata.get("slideshow", {}).get("slide_type") for cell in notebook.cells):
        return _as_marked(notebook)
    made: list[list[Slide]] = []
    for cell in notebook.cells:
        for part in thoughts(cell):
            if not made or (part.cell_type == "markdown" and HEADING.match(part.source)):
                made.append([])
            if made[-1] and part.cell_type == "code" and _introduces(made[-1][-1]):
                made[-1][-1].append(part)
            else:
                made[-1].append([part])
    return made


def _introduces(slide: Slide) -> bool:
    """Whether code may stand under what is on a slide: some words that do not ask for a prediction."""
    text = slide[-1].source
    short = len(text) < SHORT and "<details>" not in text
    return len(slide) == 1 and slide[0].cell_type == "markdown" and short and "**Predict" not in text


def thoughts(cell: NotebookNode) -> list[NotebookNode]:
    """A cell of text, cut where a new thought begins; code stays whole."""
    if cell.cell_type != "markdown":
        return [cell] if cell.source.strip() else []
    parts = THOUGHT.split(cell.source)
    return [v4.new_markdown_cell(part.strip()) for part in parts if part.strip()]


def _as_marked(notebook: NotebookNode) -> list[list[Slide]]:
    made: list[list[Slide]] = []
    for cell in notebook.cells:
        kind = cell.metadata.get("slideshow", {}).get("slide_type", "-")
        if kind in ("skip", "notes"):
            continue
        if kind == "slide" or not made:
            made.append([[]])
        elif kind == "subslide":
            made[-1].append([])
        made[-1][-1].append(cell)
    return made


def deck(notebook: NotebookNode, title: str) -> str:
    """The page: everything that reveal.js needs is inside."""
    body = "\n".join(
        "<section>" + "\n".join(_slide(slide) for slide in column) + "</section>"
        for column in columns(notebook)
    )
    return PAGE.format(
        title=escape(title),
        reveal=_asset("dist/reset.css") + _asset("dist/reveal.css"),
        style=files("exercises.publishing").joinpath("slides.css").read_text(encoding="utf-8"),
        code=cells.code_style(),
        body=body,
        script=_asset("dist/reveal.js").replace("</script", "<\\/script"),
    )


def _slide(slide: Slide) -> str:
    drawn = any(
        "image/png" in o.get("data", {}) or "text/html" in o.get("data", {})
        for c in slide
        for o in c.get("outputs", [])
    )
    html = cells.html_of(slide, longest=5 if drawn else cells.LONG)  # beside a picture, the code steps back
    return f'<section><div class="mg-slide">{html}</div></section>'


def _asset(name: str) -> str:
    """A file of reveal.js, which the package sphinx-revealjs carries."""
    asset = files("sphinx_revealjs").joinpath("_static", "revealjs", *name.split("/"))
    text = asset.read_text(encoding="utf-8")
    return re.sub(r"//# sourceMappingURL=\S+", "", text)


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
{reveal}
{code}
{style}
</style>
</head>
<body>
<main class="reveal"><h1 class="mg-title">{title}</h1><div class="slides">
{body}
</div></main>
<script>
{script}
</script>
<script>
Reveal.initialize({{ hash: true, width: 1200, height: 720, margin: 0.03, center: false, slideNumber: "c/t",
                    transition: "none", backgroundTransition: "none" }});
</script>
</body>
</html>
"""
