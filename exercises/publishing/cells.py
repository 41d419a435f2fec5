"""A cell of a notebook as HTML, the way nbconvert writes it, with formulas that need no script.

With this module, one can
- convert cells:        html_of([cell, …]) -> HTML
- colour their code:    code_style() -> CSS, for light and dark
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from nbconvert import HTMLExporter
from nbformat import NotebookNode, v4
from pygments.formatters import HtmlFormatter
from traitlets.config import Config

from exercises.publishing.formulas import with_mathml

CODE_END = re.compile(r"(</pre></div>\s*</div>\s*</div>\s*)</div>")  # the last closes the input
LONG = 14  # lines: longer code is folded away, so that what it shows can be seen
# Of a result in several forms, the first of these is shown: pages and films before pictures, pictures before words.
FORMS = ["text/html", "image/svg+xml", "image/png", "image/jpeg", "text/markdown", "text/latex", "text/plain"]


@functools.cache
def _exporter() -> HTMLExporter:
    return HTMLExporter(
        config=Config({"NbConvertBase": {"display_data_priority": FORMS}}),
        template_name="basic",
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )


def html_of(cells: Sequence[NotebookNode], longest: int = LONG) -> str:
    """Cells as HTML. Code of more than `longest` lines is folded away behind the word "code".

    Example:
        >>> import nbformat
        >>> html = html_of([nbformat.v4.new_markdown_cell("Slope: $2x$")])
        >>> "<math" in html, "$" in html
        (True, False)
    """
    return "\n".join(_one(cell, longest) for cell in cells)


def _one(cell: NotebookNode, longest: int) -> str:
    cell = v4.new_markdown_cell(with_mathml(cell.source)) if cell.cell_type == "markdown" else cell
    notebook = v4.new_notebook(cells=[cell], metadata={"language_info": {"name": "python"}})
    body, _ = _exporter().from_notebook_node(notebook)
    if cell.cell_type == "code" and len(cell.source.splitlines()) > longest:
        body = body.replace('<div class="input">', '<details class="input"><summary>code</summary>', 1)
        return CODE_END.sub(r"\1</details>", body, count=1)
    return body


@functools.cache
def code_style() -> str:
    """Colours for code, in both themes."""
    light = HtmlFormatter(style="friendly").get_style_defs(".highlight")
    dark = HtmlFormatter(style="github-dark").get_style_defs(".highlight")
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}"
