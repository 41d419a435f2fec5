"""The signs of the debug card in a picture that stands still: for notebooks that are not trusted, and without script.

With this module, one can
- add them:      signed(svg_text, findings, place)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from visuals.layout import Layout

WRONG, OTHER = "#e0304a", "#b25fa2"  # of those in stepper.css, what can be seen on light and on dark paper


def signed(svg: str, findings: Mapping[str, Any], place: Layout) -> str:
    """The picture with a ✗ on each wrong edge, which is red and dashed, and with ≠, + and − where two runs differ.

    >>> from visuals.layout import Layout
    >>> signed("<svg></svg>", {}, Layout(1, 1, {}, {}))
    '<svg></svg>'
    """
    signs = []
    for row in findings.get("checks", {}).get("rows", []):
        if row["verdict"] == "wrong":
            look = f'style="stroke:{WRONG};stroke-width:3.2;stroke-dasharray:5 4" '
            line = rf'(data-id="{row["edge"]}"[^>]*>(?:<title>[^<]*</title>)?<path )'
            svg = re.sub(line, rf"\1{look}", svg)
            signs.append(sign(corner(place, row["edge"], -1), "✗", WRONG))
    differences = findings.get("differences", {})
    for text, ids in (("≠", differences.get("differ", [])), ("+", differences.get("only", [])),
                      ("−", differences.get("ghosts", []))):  # fmt: skip
        signs += [sign(corner(place, i, 1), text, OTHER) for i in ids if text == "≠" or i in place.nodes]
    return svg.replace("</svg>", "".join(signs) + "</svg>") if signs else svg


def corner(place: Layout, i: str, side: int) -> tuple[float, float]:
    """The upper corner of a node's box, or of an edge's ledger; `side` −1 is the left one of an edge."""
    if i in place.nodes:
        box = place.nodes[i]
        return box["x"] - box["w"] / 2 + 4, box["y"] - box["h"] / 2 + 2
    box = place.edges[i]
    return box["x"] + side * box["w"] / 2, box["y"] - box["h"] / 2


def sign(at: tuple[float, float], text: str, colour: str) -> str:
    """A sign in a circle."""
    return (
        f'<g class="mg-flag" transform="translate({at[0]:g},{at[1]:g})">'
        f'<circle r="9" fill="{colour}" stroke="#ffffff"/>'
        f'<text y="4.5" font-size="12.5" font-weight="bold" text-anchor="middle" fill="#ffffff">{text}</text></g>'
    )
