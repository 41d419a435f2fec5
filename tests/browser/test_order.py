"""Why topological order: the page shows who left too early, and the wrong numbers beside the right ones."""

from __future__ import annotations

import pytest

import minigrad as mg

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def text(locator) -> str:
    return locator.text_content()


def diamond():
    x = mg.tensor(3.0, requires_grad=True, name="x")
    y = x * x
    u = y * x
    z = y + u
    y.name, u.name, z.name = "y", "u", "z"
    return z


@pytest.fixture
def early(show):
    def begin(order, **options):
        page = {"mode": "order", "order": order}
        stepper = show(diamond(), title="Why topological order?", page=page, **options)
        return stepper, stepper.root.get_by_role("group", name="Order", exact=True)

    return begin


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 400)])
def test_who_left_too_early_and_what_came_of_it(early, shoot, scheme, width):
    stepper, card = early(["z", "y", "u"], color_scheme=scheme, width=width)
    chips = [text(chip) for chip in card.get_by_role("listitem").all()]
    assert chips == ["1. z", "2. y ✗ too early: without the message from u", "3. u"]
    assert card.get_by_role("table").count() == 0, "the end is not told at the beginning"
    assert stepper.root.locator(".mg-false").count() == 0
    while "y sends x" not in text(stepper.status):
        stepper.step()
    assert "Too early: y still waits for u." in text(stepper.status)
    assert text(stepper.ledger("u", "z")) == "1 × 1 = 1"
    assert text(stepper.node("y").locator(".mg-remark-text")) == "✗ too early"
    assert stepper.button_of("y").get_attribute("aria-description") == "✗ too early"
    assert text(card.locator("[aria-current]")).startswith("2. y")
    stepper.slider.press("End")
    assert text(stepper.status) == "Done, but wrong: ∂z/∂x = 15, and should be 33."
    assert [text(cell) for cell in card.get_by_role("cell").all()] == ["15", "33"]
    assert text(stepper.node("x").locator(".mg-remark-text")) == "✗ should be 33"
    assert "y left before u had sent to it" in text(card)
    assert stepper.page.evaluate("document.documentElement.scrollWidth") <= width
    shoot(stepper.page, f"order-{scheme}")
    stepper.slider.press("Home")
    assert stepper.root.locator(".mg-false").count() == 0
    assert stepper.button_of("y").get_attribute("aria-description") is None


def test_a_right_order_is_told_to_be_right(early):
    stepper, card = early(None)
    stepper.slider.press("End")
    assert "Every node sent when all messages to it had arrived" in text(card)
    assert text(stepper.status) == "Done: ∂z/∂x = 33."
    assert stepper.root.locator(".mg-false").count() == 0


def test_a_page_says_that_another_order_needs_python(early):
    stepper, card = early(["z", "y", "u"])
    assert "To try another order, run the stepper in a notebook" in text(card)
    assert card.get_by_role("button").count() == 0
    stepper.node("y").click()
    assert stepper.root.locator(".mg-card-node .mg-heading").inner_text() == "y", "a click selects, as always"


def test_other_modes_have_no_such_card(show, traces):
    stepper = show(traces["gates"]())
    assert stepper.root.get_by_role("group", name="Order", exact=True).count() == 0
