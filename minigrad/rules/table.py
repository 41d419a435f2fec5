"""The table of all functions that have a derivative, written from the rule book itself.

python -m minigrad.rules.table          # writes FUNCTIONS.md beside this file
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from minigrad.definitions import numpy_name
from minigrad.elsewhere import INSTEAD
from minigrad.node import function_name
from minigrad.protocols import NOT_DIFFERENTIABLE
from minigrad.ruletext import rule_text
from minigrad.vjps import RESPELLED, rulebook

FILE = Path(__file__).with_name("FUNCTIONS.md")

HEAD = """# Functions with derivatives

Written by `python -m minigrad.rules.table` from the rule book; do not edit.

Every function below is tested at orders 1 and 2 against finite differences in float64, over shapes with axes of size 1
and 0, broadcasting, axes and options, repeated arguments and non-contiguous inputs; a float32 argument gets a float32
gradient. Where a function has a complex derivative, the engine conjugates around the rule; those marked ℂ say
themselves what to do with complex numbers. In a rule, `g` is the upstream gradient, `out` the result, and other names
are the function's parameters (x, y for ufuncs). An argument that is not listed is no data, or gets no gradient; a
Tensor that wants one is refused there.
"""

ELSEWHERE = """## On a GPU

All of these run on `device="cuda"` too, and their rules with them, except for what CuPy does not have. A call of such a
function says so, and what to write instead; nothing is moved to the CPU unasked. (Tested against CuPy's interface on
machines without a GPU: `tests/minigrad/devices`.)

{rows}

CuPy's functions have fewer options: no `where=` and `initial=` of reductions, no `mode=` of `take`, no `min=` and
`max=` of `clip`, no `mean=` of `var` and `std`, no `upper=` and `hermitian=` in `linalg`; `quantile` interpolates in
five ways only. Where NumPy takes lists of numbers, CuPy mostly wants arrays. The results of `eigh`, `eig`, `qr`, `svd`
and `slogdet` have no names: write `w, v = np.linalg.eigh(x)`.
"""

TAIL = """## Without a derivative worth having

These run on the plain values: their results are static data, through which no gradient flows.

{names}

Everything else raises `NoRuleError`, which names near functions and the lines of `mg.defvjp` that would add it.
"""


def markdown() -> str:
    """The whole table."""
    homes: dict[str, list[Callable]] = {}
    for fun, primitive in rulebook.items():
        written = next((rule for rule in (*primitive.rules, primitive.each) if rule), None)
        home = getattr(written, "__module__", "")
        if written is not None and home.startswith("minigrad.rules."):
            homes.setdefault(home, []).append(fun)
    parts = [HEAD]
    for home in sorted(homes):
        notes = (importlib.import_module(home).__doc__ or "").strip()
        title, _, text = notes.partition("\n")
        parts += [f"## {title.rstrip('.')}", text.strip(), table(homes[home])]
    again = sorted(f"`{name_of(fun)}`" for fun in RESPELLED)
    parts.append(f"Also, as combinations of the above: {', '.join(again)}.")
    rows = [
        "| CuPy has no | write |",
        "|---|---|",
        *[f"| `{name}` | {cell(text)} |" for name, text in INSTEAD.items()],
    ]
    parts.append(ELSEWHERE.format(rows="\n".join(rows)))
    plain = sorted({f"`{name_of(fun)}`" for fun in NOT_DIFFERENTIABLE})
    parts.append(TAIL.format(names=", ".join(plain)))
    return "\n\n".join(part for part in parts if part).rstrip() + "\n"


def table(functions: list[Callable]) -> str:
    """One row per function: its name, and the rule of each argument."""
    rows = ["| function | ∂L/∂argument |", "|---|---|"]
    for fun in sorted(functions, key=lambda f: name_of(f).lower()):
        primitive = rulebook[fun]
        mark = "" if primitive.holomorphic else " ℂ"
        rows.append(f"| `{name_of(fun)}`{mark} | {'<br>'.join(rules_of(fun, primitive))} |")
    return "\n".join(rows)


def rules_of(fun: Callable, primitive: Any) -> list[str]:
    """`argument: rule`, for every argument that has one."""
    if primitive.each:
        return [f"each: `{cell(rule_text(fun, 0))}`"]
    names = list(primitive.parameters)
    return [f"{names[i]}: `{cell(rule_text(fun, i))}`" for i, rule in enumerate(primitive.rules) if rule]


def name_of(fun: Callable) -> str:
    """`np.linalg.norm`, or the bare name of a function of ours."""
    return numpy_name(fun) or function_name(fun)


def cell(text: str) -> str:
    """Text that a table can hold."""
    return text.replace("|", "\\|")


if __name__ == "__main__":
    FILE.write_text(markdown(), encoding="utf-8")
    print(f"{FILE.name}: {len(rulebook)} functions")
