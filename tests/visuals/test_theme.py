"""Colours: legible in both themes, and never a colour that is not in the table."""

from __future__ import annotations

import re

import pytest

from visuals import theme


def contrast(a: str, b: str) -> float:
    """The contrast ratio of the Web Content Accessibility Guidelines."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_texts_and_lines_stand_out(name: str) -> None:
    colours = theme.palette(name)
    for text in ("ink", "muted", "value", "grad"):
        for ground in ("data-fill", "parameter-fill", "function-fill", "cap", "paper"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    assert contrast(colours["grad"], colours["message-fill"]) >= 4.5
    for line in ("data-line", "parameter-line", "function-line", "line", "message-line", "map-line"):
        assert contrast(colours[line], colours["paper"]) >= 3, line


def test_both_themes_name_the_same_colours() -> None:
    assert theme.LIGHT.keys() == theme.DARK.keys()


def test_auto_follows_the_screen_and_the_notebook() -> None:
    auto = theme.css("auto")
    assert "prefers-color-scheme:dark" in auto
    assert 'data-jp-theme-light="false"' in auto
    for fixed in ("light", "dark"):
        assert "prefers-color-scheme" not in theme.css(fixed)
    assert theme.DARK["paper"] in theme.css("dark")


def test_every_variable_that_is_used_is_defined() -> None:
    sheet = theme.css()
    assert set(re.findall(r"var\((--[\w-]+)\)", sheet)) <= set(re.findall(r"(--[\w-]+):", sheet))


def test_programs_without_custom_properties_keep_the_plain_attributes() -> None:
    """They would take `fill:var(…)` for black: no such rule may stand outside the block that they skip."""
    outside = theme.css().split("@supports")[0]
    assert "var(" not in outside


def test_rules_touch_nothing_outside_the_picture() -> None:
    lines = theme.css().splitlines()
    assert "}" in lines
    for line in (line for line in lines if line != "}" and not line.startswith("@supports")):
        for selector in line.removeprefix("@media (prefers-color-scheme:dark){").split("{")[0].split(","):
            assert ".mg-graph" in selector
