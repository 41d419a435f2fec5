"""Colours: legible in both themes, and never a colour that is not in the table."""

from __future__ import annotations

import re

import pytest

from visuals import theme
from visuals.insides import TINT
from visuals.parts import LEVELS, MARKS


def contrast(a: str, b: str) -> float:
    """The contrast ratio of the Web Content Accessibility Guidelines."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("name", "enough"), [("light", 4.5), ("dark", 4.5), (theme.HIGH_CONTRAST, 7.0)])
def test_texts_and_lines_stand_out(name: str, enough: float) -> None:
    colours = theme.palette(name)
    for text in ("ink", "muted", "value", "grad"):
        for ground in ("data-fill", "parameter-fill", "function-fill", "cap", "paper"):
            assert contrast(colours[text], colours[ground]) >= enough, (text, ground)
    assert contrast(colours["grad"], colours["message-fill"]) >= enough
    for badge in ("ink", "not-finite", *MARKS):
        assert contrast(colours["paper"], colours[badge]) >= 4.5, badge
    lines = ("data-line", "parameter-line", "function-line", "line", "message-line", "map-line", *MARKS)
    for line in (*lines, *(f"flow-{k}" for k in range(LEVELS))):
        assert contrast(colours[line], colours["paper"]) >= (7 if enough == 7 else 3), line


@pytest.mark.parametrize("name", ["light", "dark", theme.HIGH_CONTRAST])
def test_the_larger_a_gradient_the_stronger_its_colour(name: str) -> None:
    colours = theme.palette(name)
    strengths = [contrast(colours[f"flow-{k}"], colours["paper"]) for k in range(LEVELS)]
    assert strengths == sorted(strengths)
    assert strengths[-1] > 2 * strengths[0]


@pytest.mark.parametrize("name", ["light", "dark", theme.HIGH_CONTRAST])
def test_numbers_can_be_read_on_the_pale_colours_of_a_table(name: str) -> None:
    colours = theme.palette(name)
    for cell in ("positive", "negative"):
        ground = "#" + "".join(
            f"{round(TINT * int(colours[cell][k : k + 2], 16) + (1 - TINT) * int(colours['map'][k : k + 2], 16)):02x}"
            for k in (1, 3, 5)
        )
        assert contrast(colours["ink"], ground) >= 7.0


def test_all_themes_name_the_same_colours() -> None:
    assert theme.LIGHT.keys() == theme.DARK.keys() == theme.PROJECTOR.keys()


def test_projectors_get_thick_lines_on_white() -> None:
    assert theme.palette(theme.HIGH_CONTRAST)["paper"] == "#ffffff"
    usual, thick = (float(theme.style("mg-line", t)["stroke-width"]) for t in ("light", theme.HIGH_CONTRAST))
    assert thick >= 1.4 * usual
    assert "prefers-color-scheme" not in theme.css(theme.HIGH_CONTRAST)


def test_an_unknown_theme_is_refused_with_all_that_there_are() -> None:
    with pytest.raises(ValueError, match=r'"auto" .*, "light", "dark" or "high-contrast", not \'blue\''):
        theme.palette("blue")


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
