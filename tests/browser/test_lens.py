"""The lens in a real browser: an entry of a gradient is chosen, and what made it is framed, multiplied and added up."""

from __future__ import annotations

import numpy as np
import pytest

import minigrad as mg

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def text(locator) -> str:
    return locator.text_content()


def layer():
    """loss = Σ (x w + b)², x of two rows."""
    x = mg.Parameter([[1.0, 2.0], [3.0, -1.0]], name="x")
    w, b = mg.Parameter([[2.0, 0.0], [1.0, -1.0]], name="w"), mg.Parameter([1.0, 0.5], name="b")
    loss = np.sum((x @ w + b) ** 2)
    loss.name = "loss"
    return loss


@pytest.fixture
def lens(show):
    def choose(graph, node, step=None, **options):
        stepper = show(graph, title="lens", **options)
        stepper.slider.fill(str(stepper.last if step is None else step))
        stepper.button_of(node).press("Enter")
        return stepper, stepper.root.get_by_role("group", name="Lens")

    return choose


def lit(lens):
    """Which entries are framed, in each map."""
    return [
        [k for k, cell in enumerate(table.locator("td").all()) if "mg-lit" in cell.get_attribute("class")]
        for table in lens.locator(".mg-lens-map").all()
    ]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 400)])
def test_a_row_times_a_row_made_an_entry(lens, shoot, scheme, width):
    stepper, card = lens(layer(), "w", color_scheme=scheme, width=width)
    entries = card.get_by_role("group", name="Entries of the gradient").get_by_role("button")
    # g = 2 (x w + b) = [[10, −3], [12, 3]]; ∂loss/∂w = xᵀ g
    assert [text(entry) for entry in entries.all()] == ["46", "6", "8", "−9"]
    assert lit(card) == []
    entries.nth(3).click()
    assert entries.nth(3).get_attribute("aria-pressed") == "true"
    assert "column 1 of g, times column 1 of x, added up." in text(card)
    assert text(card.locator(".mg-lens-sum")) == "(−3) · 2 + 3 · (−1) = −9"
    assert lit(card) == [[1, 3], [1, 3]]
    assert stepper.page.evaluate("document.documentElement.scrollWidth") <= width
    shoot(stepper.page, f"lens-{scheme}")


def test_the_sum_that_undoes_broadcasting(lens):
    _, card = lens(layer(), "b")
    card.get_by_role("button").first.click()
    assert text(card.locator(".mg-lens-sum")) == "10 + 12 = 22"
    assert lit(card) == [[0, 2]]
    assert "summed over axis 0 on the way back: 2×2 → 2 numbers" in text(card)


def test_the_keyboard_is_enough(lens):
    stepper, card = lens(layer(), "w")
    first = card.get_by_role("button").first
    stepper.button("Close").focus()
    for _ in range(20):  # with Tab to the one entry that can be reached, past what the card shows before it
        stepper.page.keyboard.press("Tab")
        if first.evaluate("button => button === document.activeElement"):
            break
    for key, sum in (("ArrowDown", "= 8"), ("ArrowRight", "= −9"), ("ArrowUp", "= 6"), ("ArrowUp", "= 6")):
        stepper.page.keyboard.press(key)
        assert text(card.locator(".mg-lens-sum")).endswith(sum)
    assert stepper.page.evaluate("document.activeElement.getAttribute('aria-label')") == "6 at [0, 1]"
    assert text(stepper.counter).startswith(f"step {stepper.last} "), "its own keys"
    stepper.page.keyboard.press("Escape")
    assert card.count() == 0


def test_several_messages_are_added_and_come_one_by_one(lens):
    x = mg.Parameter([1.0, -2.0], name="x")
    y = np.sum(x * x + x * 0.5)
    stepper, card = lens(y, "x")
    card.get_by_role("button").nth(1).click()
    sums = [text(line) for line in card.locator(".mg-lens-sum").all()]
    assert sorted(sums[:-1]) == ["1 · (−2) = −2", "1 · (−2) = −2", "1 · 0.5 = 0.5"]
    assert sums[-1].endswith("= −3.5")
    while card.count():
        seen = len(card.locator(".mg-lens-sum").all())
        stepper.button("Step back").click()
    assert seen == 1, "before the first message there is nothing to see"


def test_it_never_tells_what_predict_mode_asks(lens):
    stepper, card = lens(layer(), "w", page={"mode": "predict", "ask": ["w"]})
    assert "comes at step" not in text(stepper.root.get_by_role("group", name="Question"))
    assert card.count() == 0
    assert "46" not in text(stepper.root.locator(".mg-panel"))


def test_large_arrays_are_told_to_be_large(lens):
    x = mg.Parameter(np.ones((10, 10)), name="x")
    _, card = lens(np.sum(x * x), "x")
    assert "The lens shows arrays of up to 64 entries" in text(card)
    assert card.get_by_role("button").count() == 0


def test_numbers_and_recorded_runs_have_no_lens(lens, traces):
    _, card = lens(traces["gates"](), "x")
    assert card.count() == 0
    _, card = lens(mg.trace(layer()), "w")
    assert card.count() == 0
