"""The colours of a graph, light and dark, and the style sheet that carries them.

All are of the Okabe–Ito family, which people with any colour vision can tell apart; and no meaning rests on
colour alone: kinds differ in shape, values and gradients in their label.
"""

from __future__ import annotations

FONT = "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
THEMES = ("auto", "light", "dark")

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
}

# What each part of a picture looks like: property -> colour above, or a plain value. The SVG writes them as
# attributes (for programs that read no style sheet) and as CSS rules (for browsers, which follow the theme).
PARTS: dict[str, dict[str, str]] = {
    "mg-background": {"fill": "paper"},
    "mg-line": {"fill": "none", "stroke": "line", "stroke-width": "1.6"},
    "mg-head": {"fill": "line", "stroke": "none"},
    "mg-arg": {"fill": "muted", "font-size": "11", "text-anchor": "middle"},
    "mg-ledger-box": {"fill": "message-fill", "stroke": "message-line", "stroke-width": "1"},
    "mg-ledger-text": {"fill": "grad", "font-size": "12.5", "text-anchor": "middle"},
    "mg-kind-data .mg-shape": {"fill": "data-fill", "stroke": "data-line", "stroke-width": "1.6"},
    "mg-kind-parameter .mg-shape": {
        "fill": "parameter-fill",
        "stroke": "parameter-line",
        "stroke-width": "2",
    },
    "mg-kind-function .mg-shape": {"fill": "function-fill", "stroke": "function-line", "stroke-width": "1.6"},
    "mg-cap": {"fill": "cap", "stroke": "none"},
    "mg-name": {"fill": "ink", "font-weight": "bold"},
    "mg-shape-text": {"fill": "muted"},
    "mg-op": {"fill": "ink", "font-weight": "bold"},
    "mg-detail": {"fill": "muted"},
    "mg-value": {"fill": "value"},
    "mg-grad": {"fill": "grad"},
    "mg-value-range": {"fill": "muted"},
    "mg-grad-range": {"fill": "muted"},
    "mg-heat-label": {"fill": "muted"},
    "mg-heat-frame": {"fill": "map", "stroke": "map-line", "stroke-width": "1"},
    "mg-pos": {"fill": "positive"},
    "mg-neg": {"fill": "negative"},
    "mg-nan": {"fill": "not-finite"},
}
_COLOURS = ("fill", "stroke")


def palette(theme: str) -> dict[str, str]:
    """The colours of a theme; "auto" has those of "light" where nobody can be asked.

    Raises:
        ValueError: there is no such theme.
    """
    if theme not in THEMES:
        raise ValueError(f'theme is "auto" (as the reader\'s screen), "light" or "dark", not {theme!r}')
    return DARK if theme == "dark" else LIGHT


def attributes(part: str, theme: str = "light") -> str:
    """The look of a part as SVG attributes with plain colours.

    >>> attributes("mg-line")
    ' fill="none" stroke="#6e7781" stroke-width="1.6"'
    """
    colours = palette(theme)
    return "".join(f' {name}="{colours.get(value, value)}"' for name, value in PARTS[part].items())


def css(theme: str = "auto") -> str:
    """The style sheet of every `svg.mg-graph`: colours as custom properties, and rules that use them.

    With "auto", the reader's screen decides, and a notebook's own theme (JupyterLab, VS Code) overrules it.
    """
    palette(theme)
    rules = [f".mg-graph{{{_variables(DARK if theme == 'dark' else LIGHT)}font-family:{FONT}}}"]
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
