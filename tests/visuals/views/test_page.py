"""The page of a folded graph: every state drawn beforehand, and links between them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import minigrad as mg
import visuals
from tests.visuals.views.builders import chain, recurrent, residual
from visuals.views.page import linked


class Page(HTMLParser):
    """The elements of a page: ids, links with their labels, and what is opened and not closed."""

    VOID = {"meta", "rect", "path", "br", "img"}

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: dict[str, str] = {}
        self.handlers: list[str] = []
        self.last = ""
        self.tags: set[str] = set()
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.ids += [found["id"]] if "id" in found else []
        self.handlers += [name for name in found if name.startswith("on")]
        if tag == "a":
            self.links.setdefault(found["href"], "")
            self.last = found["href"]
        if tag == "g" and self.open[-1:] == ["a"]:
            self.links[self.last] = found["aria-label"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def page(output: mg.Tensor, **options: object) -> tuple[str, Page]:
    drawing = visuals.draw(output, names=None, **options)  # type: ignore[arg-type]
    text = drawing.writers()[".html"]()
    assert isinstance(text, str)
    return text, Page(text)


def test_every_link_leads_to_a_state_of_the_page() -> None:
    _, found = page(recurrent())
    targets = {link[1:] for link in found.links}
    assert "folded" in targets
    assert targets <= set(found.ids)
    assert len(found.ids) == len(set(found.ids))
    assert not found.open


def test_a_link_says_what_it_opens() -> None:
    _, found = page(residual(), view="modules")
    labels = {label.partition(":")[0] for label in found.links.values()}
    assert {"blocks.0–2, 15 calls", "head, 2 calls", "blocks.0, 5 calls"} <= labels


def test_it_needs_no_script_and_nothing_from_elsewhere() -> None:
    text, found = page(residual(), view="modules")
    assert not found.tags & {"script", "link", "iframe", "object", "embed"}
    assert not found.handlers
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "url(" not in re.sub(r"url\(#[\w-]+\)", "", text)


def test_an_open_box_shows_its_calls() -> None:
    text, found = page(residual(), view="modules")
    name = next(link for link, label in found.links.items() if label.startswith("head"))[1:]
    section = text[text.index(f'id="{name}"') :].partition("</section>")[0]
    assert ">@<" in section
    assert ">@<" not in text[text.index('id="folded"') :].partition("</section>")[0]
    assert '<a href="#folded">all folded</a>' in section


def test_folds_that_lie_deep_stay_closed_in_a_large_file() -> None:
    text, _ = page(recurrent(100))
    assert "The innermost ones stay closed" in text
    assert len(text) < 6_000_000
    assert "The innermost ones stay closed" not in page(residual(), view="modules")[0]


def test_a_graph_without_folds_has_one_picture() -> None:
    text, found = page(chain(3))
    assert text.count("<svg") == 1
    assert not found.links


@pytest.mark.parametrize(
    "name", ['"><script>alert(1)</script>', "</style><b>", "']]>", "a" * 200, "\u202edetach", "😀"]
)
def test_names_are_text_in_titles_and_labels(name: str, tmp_path: Path) -> None:
    x = mg.Parameter(0.5, name=name)
    y = x
    for _ in range(40):
        y = np.tanh(y)
    y.name = name
    text, found = page(y)
    assert "script" not in found.tags
    assert "b" not in found.tags
    assert not found.open
    assert "\u202e" not in text


@pytest.mark.parametrize("theme", ["auto", "light", "dark", "high-contrast"])
def test_every_theme_has_a_page(theme: str) -> None:
    text, _ = page(residual(), view="modules", theme=theme)
    assert ("prefers-color-scheme" in text) is (theme == "auto")


def test_only_the_node_that_is_meant_is_linked() -> None:
    svg = '<g data-id="box1"><g class="mg-heat"><rect/></g><text>x</text></g><g data-id="box10"/>'
    assert linked(svg, "box1", "#t") == (
        '<a href="#t" aria-describedby="hint"><g data-id="box1"><g class="mg-heat"><rect/></g>'
        '<text>x</text></g></a><g data-id="box10"/>'
    )
    assert linked(svg, "box2", "#t") == svg
