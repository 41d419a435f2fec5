"""Formulas that need no script and no network: LaTeX in Markdown becomes MathML, which browsers draw themselves.

With this module, one can
- prepare a text:     with_mathml("the slope $2x$") -> "the slope <math …>…</math>"
"""

from __future__ import annotations

import re

from latex2mathml.converter import convert

# What must not be read as a formula: code, in fences and between backticks.
CODE = re.compile(r"(```.*?```|~~~.*?~~~|`[^`\n]+`)", re.DOTALL)
FORMULA = re.compile(
    r"\$\$(?P<block>.+?)\$\$|(?<![\\\w$])\$(?=\S)(?P<inline>[^$\n]*?(?:\n[^$\n]+?)?)(?<=\S)\$(?!\w)",
    re.DOTALL,
)
# Commands that the converter does not know, and what says the same.
SAID = {
    r"\mathbf 1": r"\mathbf{1}",
    r"\tfrac": r"\frac",
    r"\dfrac": r"\frac",
    r"\!": "",
    r"\lVert": r"\Vert",
    r"\rVert": r"\Vert",
}
# A prime is an operator, not a name: few fonts have a slanted one.
PRIME = "<mi>&#x02032;</mi>", "<mo>&#x02032;</mo>"


def with_mathml(text: str) -> str:
    """Markdown with its `$…$` and `$$…$$` as MathML.

    Args:
        text: Markdown, as in the cell of a notebook. Code is left alone.

    Example:
        >>> with_mathml("cost: `$5`, slope: $2x$")[:60]
        'cost: `$5`, slope: <math xmlns="http://www.w3.org/1998/Math/'
    """
    parts = CODE.split(text)
    parts[::2] = [FORMULA.sub(_formula, part) for part in parts[::2]]
    return "".join(parts)


def _formula(found: re.Match[str]) -> str:
    block = found["block"]
    latex = " ".join((block or found["inline"]).split())
    for command, other in SAID.items():
        latex = re.sub(re.escape(command) + r"(?![a-zA-Z])", other.replace("\\", r"\\"), latex)
    made = convert(latex, display="block" if block else "inline").replace(*PRIME)
    return f"\n\n{made}\n\n" if block else made
