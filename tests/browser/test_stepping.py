"""Stepping, by button and by key: what each frame shows, and that a step back undoes it."""

from __future__ import annotations

import itertools

import pytest

pytestmark = pytest.mark.browser


def text(locator) -> str:
    return locator.text_content()


def test_values_appear_then_messages_ride_their_edges_then_gradients(show, shoot, traces):
    stepper = show(traces["gates"]())
    assert text(stepper.counter) == "step 0 of 11"
    assert (
        stepper.button_of("x").get_attribute("aria-label")
        == "x, parameter: value not known yet, gradient not computed"
    )
    assert text(stepper.node("x").locator(".mg-value")) == ""

    stepper.step()
    assert text(stepper.node("x").locator(".mg-value")) == "value −2"
    assert text(stepper.status) == "x = −2, a parameter: a gradient is wanted."

    stepper.step(5)
    assert text(stepper.node("q").locator(".mg-grad")) == "grad —"
    assert text(stepper.ledger("q", "f")) == ""
    assert not stepper.ledger("q", "f").is_visible()
    stepper.step()
    assert text(stepper.ledger("q", "f")) == "1 × −4 = −4"
    assert stepper.ledger("q", "f").is_visible()
    assert text(stepper.ledger("z", "f")) == ""
    assert text(stepper.node("q").locator(".mg-grad")) == "grad −4"
    assert text(stepper.status) == "f sends q: upstream 1 × local −4 = −4."
    shoot(stepper.page, "export-message-light")

    stepper.step(20)  # there is no step after the last
    assert text(stepper.counter) == "step 11 of 11"
    assert text(stepper.ledger("q", "f")) == "1 × −4 = −4"
    for name, gradient in (("x", "−4"), ("y", "−4"), ("z", "3"), ("q", "−4"), ("f", "1")):
        assert text(stepper.node(name).locator(".mg-grad")) == f"grad {gradient}"
    assert stepper.button_of("x").get_attribute("aria-label") == "x, parameter: value −2, gradient −4"


def test_a_step_back_undoes_a_step_exactly(show, traces):
    stepper = show(traces["fan"]())
    seen = [stepper.screen()]
    for _ in range(stepper.last):
        stepper.step()
        seen.append(stepper.screen())
    assert all(one != other for one, other in itertools.pairwise(seen))
    for expected in reversed(seen[:-1]):
        stepper.button("Step back").click()
        assert stepper.screen() == expected
    stepper.button("Step back").click()
    assert stepper.screen() == seen[0]


@pytest.mark.parametrize("place", ["slider", "node", "button", "pane"])
def test_keys_step_once_wherever_the_focus_is(show, place, traces):
    stepper = show(traces["gates"]())
    {
        "slider": stepper.slider,
        "node": stepper.button_of("y"),
        "button": stepper.button("Step forward"),
        "pane": stepper.root.get_by_role("region", name="Graph"),
    }[place].focus()
    for key, expected in (
        ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", 11), ("ArrowRight", 11), ("ArrowLeft", 10),
        ("Home", 0), ("ArrowLeft", 0),
    ):  # fmt: skip
        stepper.page.keyboard.press(key)
        assert text(stepper.counter) == f"step {expected} of 11", key
        assert stepper.slider.input_value() == str(expected)


def test_the_slider_goes_to_any_step(show, traces):
    stepper = show(traces["gates"]())
    stepper.slider.fill("7")
    assert text(stepper.counter) == "step 7 of 11"
    assert text(stepper.ledger("q", "f")) == "1 × −4 = −4"
    stepper.slider.fill("3")
    assert text(stepper.ledger("q", "f")) == ""
    stepper.slider.press("ArrowUp")
    assert text(stepper.counter) == "step 4 of 11"
    assert stepper.slider.get_attribute("aria-valuetext") == "step 4 of 11"


def test_play_runs_to_the_end_and_begins_again(show, traces):
    stepper = show(traces["gates"]())
    stepper.root.get_by_label("Speed").select_option("4")
    stepper.button("Play").click()
    stepper.button("Pause").wait_for()
    stepper.root.get_by_text("step 11 of 11").wait_for(timeout=60_000)
    stepper.button("Play").wait_for()
    stepper.button("Play").click()
    stepper.root.get_by_text("step 1 of 11").wait_for(timeout=60_000)
    stepper.button("Pause").click()
    stepper.button("Reset").click()
    assert text(stepper.counter) == "step 0 of 11"


def test_space_plays_and_any_step_pauses(show, traces):
    stepper = show(traces["gates"]())
    stepper.slider.focus()
    stepper.page.keyboard.press(" ")
    stepper.button("Pause").wait_for()
    stepper.page.keyboard.press("ArrowLeft")
    stepper.button("Play").wait_for()
    stepper.button("Step back").focus()
    stepper.page.keyboard.press(" ")  # a button's own key
    assert stepper.button("Pause").count() == 0


def test_a_fan_out_shows_every_contribution_and_the_sum(show, shoot, traces):
    stepper = show(traces["fan"](), title="y = x x + x")
    sums = []
    for _ in range(stepper.last):
        stepper.step()
        card = stepper.root.locator(".mg-card-frame")
        if text(card.locator(".mg-heading")).startswith("Accumulate"):
            sums.append([text(number) for number in card.locator(".mg-number").all()])
            grad = text(stepper.node("x").locator(".mg-grad"))
            assert grad == f"grad {sums[-1][2]}"
            shoot(stepper.page, f"export-accumulate-{len(sums)}")
    assert sums == [["0", "1", "1"], ["1", "3", "4"], ["4", "3", "7"]]


def test_before_its_first_contribution_is_added_a_gradient_is_unknown(show, traces):
    stepper = show(traces["fan"]())
    while not text(stepper.status).startswith("y sends x"):
        stepper.step()
    assert text(stepper.node("x").locator(".mg-grad")) == "grad —"


def test_arrays_show_rule_shape_and_the_sum_that_undoes_broadcasting(show, shoot, traces):
    stepper = show(traces["arrays"](), title="arrays")
    stepper.page.keyboard.press("Tab")
    while not text(stepper.status).startswith("total sends b"):
        stepper.step()
    assert "2×3 → 3" in text(stepper.ledger("b", "total"))
    assert "summed over axis 0" in text(stepper.root.locator(".mg-card-frame"))
    assert stepper.node("b").locator(".mg-heat-grad .mg-pos").count() == 3
    assert stepper.node("A").locator(".mg-heat-grad .mg-pos").count() == 0
    shoot(stepper.page, "export-arrays-light")
    stepper.button("Step back").click()
    assert stepper.node("b").locator(".mg-heat-grad .mg-pos").count() == 0


def test_a_node_tells_its_messages_so_far(show, traces):
    stepper = show(traces["gates"]())
    stepper.slider.fill("6")
    stepper.node("q").click()
    card = stepper.root.locator(".mg-card-node")
    assert "Messages (0 of 1): none so far" in text(card)
    assert stepper.button_of("q").get_attribute("aria-pressed") == "true"
    stepper.page.keyboard.press("ArrowRight")
    assert "from f: 1 × −4 = −4" in text(card)
    stepper.page.keyboard.press("ArrowDown")  # the next node in topological order
    stepper.page.keyboard.press("Enter")
    assert text(card.locator(".mg-heading")) == "z"
    stepper.page.keyboard.press("Escape")
    assert "Click a node" in text(card)
    assert stepper.page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("z,")


def test_one_node_only_is_reached_with_tab(show, traces):
    stepper = show(traces["gates"]())
    assert stepper.root.locator('.mg-node [tabindex="0"]').count() == 1
    stepper.node("z").click()
    assert stepper.root.locator('.mg-node [tabindex="0"]').get_attribute("aria-label").startswith("z,")
    assert stepper.root.locator('.mg-node [tabindex="0"]').count() == 1


def test_no_focusable_element_leaks_its_keys_to_a_notebook(show, traces):
    stepper = show(traces["gates"]())
    focusable = "button, input, select, [tabindex]"
    assert stepper.page.locator(f".mg-stepper:is({focusable}), .mg-stepper :is({focusable})").count() > 10
    leaking = f":is({focusable}):not([data-lm-suppress-shortcuts])"
    assert stepper.page.locator(f".mg-stepper{leaking}, .mg-stepper {leaking}").count() == 0


def test_help_is_there_for_who_asks(show, traces):
    stepper = show(traces["gates"]())
    help_line = stepper.root.get_by_text("step forward", exact=False).first
    stepper.slider.press("?")
    assert help_line.is_visible()
    assert stepper.button("Help").get_attribute("aria-expanded") == "true"
    stepper.slider.press("?")
    assert not stepper.root.locator(".mg-help").is_visible()


def test_without_python_the_controls_say_that_values_stay(show, traces):
    stepper = show(traces["gates"]())
    stepper.node("q").click()
    editor = stepper.root.get_by_role("group", name="Change the value")
    assert editor.count() == 0, "only leaves can be changed"
    stepper.node("x").click()
    assert "This page has no Python behind it" in text(editor)
    assert editor.get_by_role("textbox").count() == 0
