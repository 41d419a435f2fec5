"""Modules folded and opened while stepping; and a lecture's kinds of graphs, stepped from end to end."""

from __future__ import annotations

import pytest

from tests.visuals.test_stepper_folding import KINDS, mlp

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def text(locator) -> str:
    return locator.text_content()


def picture(stepper) -> str:
    """All that is drawn, as markup."""
    return stepper.root.locator(".mg-graph").evaluate("svg => svg.outerHTML") + text(stepper.status)


@pytest.fixture
def network(show):
    """The stepper of a small network, and its list of modules."""

    def begin(hash="#step=20", **options):
        stepper = show(mlp()[0], title="MLP", hash=hash, **options)
        return stepper, stepper.root.get_by_label("Modules")

    return begin


def count(stepper) -> int:
    return stepper.root.locator(".mg-node").count()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 400)])
def test_all_are_folded_and_opened_and_the_step_stays(network, shoot, scheme, width):
    stepper, choice = network(color_scheme=scheme, width=width)
    before, screen = count(stepper), picture(stepper)
    choice.select_option("all folded")
    assert count(stepper) == before - 6
    assert text(stepper.counter) == "step 20 of 23"
    box = stepper.button_of("layers.0")
    assert box.get_attribute("aria-label").startswith("layers.0, module of 4 nodes: value 2×4, mean 0.")
    assert "gradient 2×4" in box.get_attribute("aria-label")
    assert stepper.node("layers.0").get_attribute("data-now") == "message", "this message is inside it"
    assert stepper.page.evaluate("document.documentElement.scrollWidth") <= width
    shoot(stepper.page, f"modules-{scheme}")
    choice.select_option("all open")
    assert picture(stepper) == screen


def test_one_is_opened_by_button_and_folded_by_key(network):
    stepper, choice = network()
    before = count(stepper)
    choice.select_option("all folded")
    stepper.button_of("layers.2").press("Enter")
    stepper.root.get_by_role("button", name="Open layers.2").click()
    assert count(stepper) == before - 3
    assert choice.locator("option:checked").text_content() in ("only layers.2 open", "only layers.0 folded")
    assert stepper.root.get_by_role("button", name="Fold layers.2").is_visible()
    assert stepper.root.locator(".mg-selected").count() == 1
    stepper.slider.press("m")
    assert choice.locator("option:checked").text_content() == "all folded"
    stepper.slider.press("m")
    assert count(stepper) == before - 3
    stepper.page.keyboard.press("Escape")
    stepper.slider.press("m")
    assert count(stepper) == before - 3, "no node is selected"


def test_stepping_goes_on_in_the_folded_picture(network):
    stepper, choice = network(hash="")
    choice.select_option("all folded")
    seen = []
    while text(stepper.counter) != f"step {stepper.last} of {stepper.last}":
        stepper.step()
        active = stepper.root.locator(".mg-node.mg-active").count()
        assert active >= 1, f"{text(stepper.status)} happens somewhere in the picture"
        seen.append(active)
    sent = stepper.root.locator(".mg-edge.mg-sent").count()
    assert sent == 3, "relu ← layers.2, layers.0 ← relu, layers.2 ← loss"
    stepper.slider.press("Home")
    assert "not computed" in stepper.button_of("layers.0").get_attribute("aria-label")


def test_the_keyboard_goes_from_box_to_box(network):
    stepper, choice = network()
    choice.select_option("all folded")
    stepper.button_of("X").focus()
    at = lambda: (
        stepper.page.evaluate("document.activeElement.getAttribute('aria-label')")
        .partition(",")[0]
        .partition(":")[0]
    )
    way = []
    for key in (
        "Shift+ArrowRight",
        "Shift+ArrowRight",
        "Shift+ArrowRight",
        "Shift+ArrowLeft",
        "ArrowDown",
        "ArrowUp",
    ):
        stepper.page.keyboard.press(key)
        way.append(at())
    assert way == ["layers.0", "relu", "layers.2", "relu", "layers.2", "relu"]


def test_zoom_follows_the_picture(network):
    stepper, choice = network(width=500)
    wide = lambda: stepper.root.locator(".mg-graph").bounding_box()["width"]
    whole = wide()
    choice.select_option("all folded")
    assert wide() < 0.8 * whole
    folded = wide()
    stepper.button("Zoom in").click()
    assert wide() == pytest.approx(1.25 * folded, rel=0.01)


def test_where_something_is_asked_nothing_is_folded(network):
    _, choice = network(page={"mode": "predict"})
    assert not choice.is_visible()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_stepped_from_end_to_end_and_back(show, kind, shoot):
    stepper = show(KINDS[kind]()[0], title=kind.replace("_", " "))
    first = picture(stepper)
    stepper.slider.press("End")
    assert text(stepper.status).startswith("Done: ")
    assert stepper.root.locator(".mg-ledger-text:visible").count() > 0
    shoot(stepper.page, f"kind-{kind}")
    for _ in range(min(stepper.last, 12)):
        stepper.slider.press("ArrowLeft")
    stepper.root.locator(".mg-node").first.click()
    choice = stepper.root.get_by_label("Modules")
    if choice.is_visible():
        choice.select_option("all folded")
        for key in ("Home", "End", "ArrowLeft"):
            stepper.slider.press(key)
        choice.select_option("all open")
    stepper.page.keyboard.press("Escape")
    stepper.slider.press("Home")
    assert picture(stepper) == first
