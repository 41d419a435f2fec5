"""The page of a folded graph in a real Chromium: boxes open with the mouse and with the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import visuals
from tests.visuals.views.builders import residual

pytestmark = pytest.mark.browser


@pytest.fixture
def page(chromium: Any, tmp_path: Path) -> Iterator[Any]:
    """The page of a residual network in the module view."""
    file = visuals.draw(residual(), view="modules", names=None).save(tmp_path / "graph.html")
    page = chromium.new_page(viewport={"width": 1400, "height": 900}, java_script_enabled=False)
    page.goto(file.as_uri())
    yield page
    page.close()


def box(page: Any, name: str) -> Any:
    """The link around the box of that name, where it can be seen."""
    return page.get_by_role("link", name=name).locator("visible=true")


def test_a_click_opens_a_box_and_back_closes_it(page: Any) -> None:
    assert page.locator("#folded").is_visible()
    box(page, "head, 2 calls").click()
    assert page.locator("#folded").is_hidden()
    assert page.get_by_label("head, open").is_visible()
    assert page.get_by_label("matmul").locator("visible=true").count() == 1
    page.go_back()
    assert page.locator("#folded").is_visible()


def test_the_keyboard_opens_boxes_within_boxes(page: Any) -> None:
    page.keyboard.press("Tab")
    for name in ("blocks.0–2, 15 calls", "blocks.0, 5 calls"):
        box(page, name).focus()
        page.keyboard.press("Enter")
    assert page.url.partition("#")[2].startswith("open-")
    assert page.get_by_label("blocks.0, open").is_visible()
    page.get_by_role("link", name="all folded").locator("visible=true").click()
    assert page.locator("#folded").is_visible()


def test_one_state_is_seen_at_a_time(page: Any) -> None:
    states = page.locator("section.view")
    assert states.locator("visible=true").count() > 0
    assert sum(states.nth(k).is_visible() for k in range(states.count())) == 1
