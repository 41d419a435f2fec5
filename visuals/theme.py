"""The colours of a graph, light, dark and for projectors, and the style sheet that carries them.

All are of the Okabe–Ito family, which people with any colour vision can tell apart; and no meaning rests on
colour alone: kinds differ in shape, values and gradients in their label.
"""

from __future__ import annotations

from visuals.parts import PARTS

FONT = "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
THEMES = ("auto", "light", "dark")
HIGH_CONTRAST = "high-contrast"  # for projectors: black on white, thick lines, large letters

LIGHT = {
    "paper": "#ffffff",  # behind everything, and behind a ledger
    "ink": "#1f2328",  # names
    "muted": "#59636e",  # shapes, ranges, argument positions
    "line": "#6e7781",  # edges
    "data-fill": "#dff1fc",
    "data-line": "#2b8cc4",
    "parameter-fill": "#fdebc8",
    "parameter-line": "#c07f00",
    "function-fill": "#f3f4f5",
    "function-line": "#7d8590",
    "cap": "#e1e4e8",  # the part of a function's box with its symbol
    "value": "#00664b",
    "grad": "#a83c00",
    "message-fill": "#fff4ec",
    "message-line": "#d55e00",
    "map": "#fbfbfb",  # a heat map where it is 0
    "map-line": "#8c959f",
    "positive": "#d55e00",
    "negative": "#0072b2",
    "not-finite": "#000000",
    "focus": "#0072b2",
    "flow-0": "#87807a",  # gradients, from the smallest
    "flow-1": "#a8764f",
    "flow-2": "#c05d1c",
    "flow-3": "#a83c00",
    "flow-4": "#6b1d00",  # to the largest
    "changed": "#b34700",  # what differs between two graphs
    "added": "#00664b",
    "missing": "#59636e",
}
DARK = {
    "paper": "#16181c",
    "ink": "#eef1f4",
    "muted": "#a9b3bd",
    "line": "#98a2ad",
    "data-fill": "#12384f",
    "data-line": "#56b4e9",
    "parameter-fill": "#4b3508",
    "parameter-line": "#e69f00",
    "function-fill": "#292d33",
    "function-line": "#8d97a1",
    "cap": "#3a4048",
    "value": "#63d6b1",
    "grad": "#ffa36b",
    "message-fill": "#3a2417",
    "message-line": "#e8813b",
    "map": "#0f1114",
    "map-line": "#78828c",
    "positive": "#ff8a3d",
    "negative": "#4db2f0",
    "not-finite": "#ffffff",
    "focus": "#56b4e9",
    "flow-0": "#857d76",
    "flow-1": "#b38258",
    "flow-2": "#e08745",
    "flow-3": "#ffa05c",
    "flow-4": "#ffd9b8",
    "changed": "#ff9a4d",
    "added": "#63d6b1",
    "missing": "#a9b3bd",
}
PROJECTOR = {
    "paper": "#ffffff",
    "ink": "#000000",
    "muted": "#1f1f1f",
    "line": "#000000",
    "data-fill": "#d8eefb",
    "data-line": "#003a5c",
    "parameter-fill": "#ffe3b0",
    "parameter-line": "#4d2f00",
    "function-fill": "#ffffff",
    "function-line": "#000000",
    "cap": "#dcdcdc",
    "value": "#003d2d",
    "grad": "#6b2200",
    "message-fill": "#ffffff",
    "message-line": "#6b2200",
    "map": "#ffffff",
    "map-line": "#000000",
    "positive": "#d55e00",
    "negative": "#0072b2",
    "not-finite": "#000000",
    "focus": "#003a5c",
    "flow-0": "#555555",
    "flow-1": "#784828",
    "flow-2": "#8a3800",
    "flow-3": "#6b2200",
    "flow-4": "#330d00",
    "changed": "#7a2b00",
    "added": "#00452f",
    "missing": "#444444",
}
_PALETTES = {"auto": LIGHT, "light": LIGHT, "dark": DARK, HIGH_CONTRAST: PROJECTOR}

_COLOURS = ("fill", "stroke")


def palette(theme: str) -> dict[str, str]:
    """The colours of a theme; "auto" has those of "light" where nobody can be asked.

    Raises:
        ValueError: there is no such theme.
    """
    if theme not in _PALETTES:
        raise ValueError(
            f'theme is "auto" (as the reader\'s screen), "light", "dark" or "{HIGH_CONTRAST}", not {theme!r}'
        )
    return _PALETTES[theme]


def style(part: str, theme: str = "light") -> dict[str, str]:
    """The look of a part: its properties with plain colours; lines are thicker for projectors.

    >>> style("mg-line")["stroke-width"], style("mg-line", "high-contrast")["stroke-width"]
    ('1.6', '2.24')
    """
    colours, found = palette(theme), {}
    for name, value in PARTS[part].items():
        found[name] = colours.get(value, value)
        if name == "stroke-width":
            found[name] = f"{float(value) * thickness(theme):g}"
    return found


def thickness(theme: str) -> float:
    """How much thicker than usual the lines of a theme are."""
    return 1.4 if theme == HIGH_CONTRAST else 1.0


def attributes(part: str, theme: str = "light") -> str:
    """The look of a part as SVG attributes with plain colours.

    >>> attributes("mg-line")
    ' fill="none" stroke="#6e7781" stroke-width="1.6"'
    """
    return "".join(f' {name}="{value}"' for name, value in style(part, theme).items())


def css(theme: str = "auto") -> str:
    """The style sheet of every `svg.mg-graph`: colours as custom properties, and rules that use them.

    With "auto", the reader's screen decides, and a notebook's own theme (JupyterLab, VS Code) overrules it.
    """
    rules = [f".mg-graph{{{_variables(palette(theme))}font-family:{FONT}}}"]
    if theme == "auto":
        dark, light = _variables(DARK), _variables(LIGHT)
        rules += [
            f"@media (prefers-color-scheme:dark){{.mg-graph{{{dark}}}}}",
            f'[data-jp-theme-light="true"] .mg-graph,.vscode-light .mg-graph{{{light}}}',
            f'[data-jp-theme-light="false"] .mg-graph,.vscode-dark .mg-graph{{{dark}}}',
        ]
    # programs that know no custom properties skip the whole block, and keep the plain attributes
    rules.append("@supports (color:var(--mg-ink)){")
    for part, look in PARTS.items():
        colours = [(k, v) for k, v in look.items() if k in _COLOURS and v in LIGHT]
        if colours:
            rules.append(f".mg-graph .{part}{{{';'.join(f'{k}:var(--mg-{v})' for k, v in colours)}}}")
    rules += [
        # a ledger without a text is not there
        ".mg-graph .mg-ledger:has(.mg-ledger-text:empty){display:none}",
        ".mg-graph .mg-ledger:has(.mg-ledger-text:not(:empty)){display:inline}",
        ".mg-graph [role=button]{cursor:pointer;outline:none}",
        ".mg-graph .mg-node[role=button] .mg-shape{pointer-events:all}",
        ".mg-graph [role=button]:focus-visible .mg-shape{stroke:var(--mg-focus);stroke-width:4}",
        "}",
    ]
    return "\n".join(rules)


def _variables(colours: dict[str, str]) -> str:
    return "".join(f"--mg-{name}:{value};" for name, value in colours.items())
