"""Finding one's way: along the edges, to the next message, to a node; larger, smaller, and by the mouse."""

from __future__ import annotations

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def text(locator) -> str:
    return locator.text_content()


def focused(stepper) -> str:
    """The name of the node that has the focus."""
    return stepper.page.evaluate("document.activeElement.getAttribute('aria-label')").partition(",")[0]


def test_shift_and_arrows_follow_the_edges(show, traces):
    stepper = show(traces["gates"]())
    stepper.button_of("x").focus()
    way = [
        ("Right", "q"), ("Right", "f"), ("Right", "f"), ("Left", "q"), ("Down", "z"), ("Down", "z"), ("Up", "q"),
        ("Left", "x"), ("Down", "y"), ("Left", "y"),
    ]  # fmt: skip
    for key, name in way:
        stepper.page.keyboard.press(f"Shift+Arrow{key}")
        assert focused(stepper) == name, key
    assert text(stepper.counter) == "step 0 of 11", "the steps stay"


def test_the_next_message_into_the_selected_node(show, traces):
    stepper = show(traces["fan"](), title="y = x x + x")
    stepper.node("x").click()
    into = stepper.root.get_by_role("button", name="Next message")
    seen = []
    while into.is_enabled():
        into.click()
        seen.append(text(stepper.status).partition(":")[0])
    assert seen == ["y sends x", "× sends x", "× sends x"]
    stepper.slider.press("Home")
    stepper.button_of("x").press("n")
    assert text(stepper.status).startswith("y sends x: upstream 1 × local 1 = 1")


def test_a_run_to_a_node_stops_where_something_happens_to_it(show, traces):
    stepper = show(traces["gates"]())
    stepper.node("q").click()
    run = stepper.root.get_by_role("button", name="Run to here")
    run.click()
    assert text(stepper.status).startswith("q = x + y = −2 + 5 = 3")
    run.click()
    assert text(stepper.status).startswith("f sends q")
    assert run.is_disabled()
    stepper.slider.press("Home")
    stepper.button_of("q").press("R")
    assert text(stepper.counter) == "step 3 of 11"
    stepper.page.keyboard.press("Escape")
    assert run.count() == 0, "no node is selected"
    stepper.slider.press("r")
    assert text(stepper.counter) == "step 3 of 11"


def test_in_predict_mode_no_jump_leads_past_a_question(show, traces):
    stepper = show(traces["gates"](), page={"mode": "predict"})
    stepper.node("x").click()
    stepper.root.get_by_role("button", name="Next message").click()
    assert text(stepper.counter) == "step 6 of 11"


def test_the_picture_grows_shrinks_and_fits(show, traces):
    stepper = show(traces["arrays"](), width=500)
    picture = stepper.root.locator(".mg-graph")
    pane = stepper.root.get_by_role("region", name="Graph")
    wide = lambda: picture.bounding_box()["width"]
    before = wide()
    stepper.button("Zoom in").click()
    assert wide() == pytest.approx(1.25 * before, rel=0.01)
    stepper.slider.press("-")
    assert wide() == pytest.approx(before, rel=0.01)
    stepper.button("Fit").click()
    assert wide() <= pane.bounding_box()["width"]
    assert pane.evaluate(
        "pane => pane.scrollWidth <= pane.clientWidth && pane.scrollHeight <= pane.clientHeight + 1"
    )
    fitted = wide()
    for _ in range(3):
        stepper.slider.press("+")
    assert wide() == pytest.approx(1.25**3 * fitted, rel=0.01)
    stepper.slider.press("0")
    assert wide() == pytest.approx(fitted, rel=0.01)
    for _ in range(40):
        stepper.slider.press("+")
    assert wide() < 10_000, "there is an end to it"


def test_the_mouse_moves_the_paper(show, traces):
    stepper = show(traces["arrays"](), width=500)
    for _ in range(4):
        stepper.button("Zoom in").click()
    pane = stepper.root.get_by_role("region", name="Graph")
    pane.evaluate("pane => pane.scrollTo({ left: 100, top: 0, behavior: 'instant' })")
    box = pane.bounding_box()
    mouse = stepper.page.mouse
    free = stepper.page.evaluate(
        """([x, y, w, h]) => {
          for (let dy = 10; dy < h - 60; dy += 7) for (let dx = 130; dx < w - 60; dx += 7)
            if (!document.elementFromPoint(x + dx, y + dy).closest('.mg-node, .mg-zoom')) return [x + dx, y + dy];
        }""",
        [box["x"], box["y"], box["width"], box["height"]],
    )
    mouse.move(*free)
    mouse.down()
    mouse.move(free[0] - 40, free[1])
    mouse.up()
    assert pane.evaluate("pane => pane.scrollLeft") == pytest.approx(140, abs=1)
    mouse.move(free[0] + 30, free[1])
    assert pane.evaluate("pane => pane.scrollLeft") == pytest.approx(140, abs=1)


def test_help_names_every_key(show, traces):
    stepper = show(traces["gates"]())
    stepper.button("Help").click()
    shown = text(stepper.root.locator(".mg-help"))
    for key in (
        "→",
        "←",
        "Home",
        "End",
        "Space",
        "↑ ↓",
        "Shift ← →",
        "Shift ↑ ↓",
        "Enter",
        "N",
        "R",
        "+ −",
        "0",
        "Esc",
        "?",
    ):
        assert re.search(re.escape(key), shown), key
