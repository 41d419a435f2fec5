"""Predict mode in a real browser: it asks, judges, hints, never tells too early, and keeps the answers."""

from __future__ import annotations

import json

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def text(locator) -> str:
    return locator.text_content()


class Quiz:
    """The card that asks, as a person uses it."""

    def __init__(self, stepper) -> None:
        self.stepper, self.page = stepper, stepper.page
        self.card = stepper.root.get_by_role("group", name="Question")

    @property
    def question(self) -> str:
        return text(self.card.locator(".mg-question"))

    @property
    def says(self) -> str:
        return text(self.card.locator(".mg-feedback"))

    def hint(self) -> None:
        self.card.get_by_role("button", name="Hint").click()

    def answer(self, *values: str) -> None:
        for field, value in zip(self.card.get_by_role("textbox").all(), values, strict=True):
            field.fill(value)
        self.page.keyboard.press("Enter")


@pytest.fixture
def ask(show, traces):
    """A stepper that asks, at its first question."""

    def begin(name, at_question=True, title="quiz", **wishes):
        browser = {key: wishes.pop(key) for key in ("width", "color_scheme") if key in wishes}
        stepper = show(traces[name](), title=title, page={"mode": "predict", **wishes}, **browser)
        if at_question:
            stepper.slider.press("End")
        return stepper, Quiz(stepper)

    return begin


def test_it_stops_before_each_message_and_goes_on_when_it_is_right(ask, shoot):
    stepper, quiz = ask("gates", at_question=False)
    assert "Question 1 of 4 comes at step 6" in text(quiz.card)
    stepper.slider.press("End")
    assert text(stepper.counter) == "step 6 of 11", "no step leads past a question"
    assert quiz.question == "f sends q a message. What is it?"
    assert text(stepper.ledger("q", "f")) == "?"
    quiz.answer("four")
    assert "“four” is no number" in quiz.says
    quiz.answer("4")
    assert quiz.says == "The size is right, the sign is not."
    assert quiz.card.get_by_role("textbox").get_attribute("aria-invalid") == "true"
    quiz.answer("1")
    assert quiz.says.startswith("That is the upstream gradient")
    for hint in ("g * y", "The local factor is −4", "1 × −4 = ?"):
        quiz.hint()
        assert hint in text(quiz.card.get_by_role("list"))
    shoot(stepper.page, "predict-light")
    quiz.answer("-8/2")
    assert text(stepper.counter) == "step 7 of 11"
    assert text(stepper.status) == "f sends q: upstream 1 × local −4 = −4."
    assert text(stepper.ledger("q", "f")) == "1 × −4 = −4"
    assert quiz.question == "f sends z a message. What is it?"
    for value in ("3", "-4", "-4"):
        quiz.answer(value)
    assert "All questions are answered" in text(quiz.card)
    assert "3 of 4 right at the first try, with 3 hints" in quiz.question
    stepper.slider.press("End")
    assert text(stepper.counter) == "step 11 of 11"


def test_what_is_asked_for_stands_nowhere_on_the_page(ask):
    for wishes, answers in (({}, ("grad −4", "= −4")), ({"ask": "values"}, ("value 3", "= 3"))):
        stepper, quiz = ask("gates", **wishes)
        stepper.node("q").click()
        for step in ("ArrowRight", "End", " ", "ArrowLeft", "ArrowRight"):
            stepper.slider.press(step)
            shown = stepper.page.locator("main").evaluate("main => main.outerHTML")
            assert not [answer for answer in answers if answer in shown]
        assert "not computed" in stepper.button_of("q").get_attribute("aria-label")
        assert quiz.question


def test_the_keyboard_is_enough(ask):
    stepper, quiz = ask("gates", at_question=False)
    keys = stepper.page.keyboard
    stepper.slider.focus()
    for _ in range(7):  # the seventh leads to the field
        keys.press("ArrowRight")
    assert stepper.page.evaluate("document.activeElement.getAttribute('aria-label')") == "Answer"
    assert quiz.says == "Answer this first; then the run goes on."
    for value in ("-4", "3", "-4"):
        keys.type(value)
        keys.press("Enter")
        assert quiz.says == "Right."
    keys.type("2")
    keys.press("ArrowLeft")  # the field's own key
    assert text(stepper.counter) == "step 9 of 11"
    keys.press("Backspace")
    keys.press("Delete")
    keys.type("-4")
    keys.press("Enter")
    assert "All questions" in text(quiz.card)
    assert stepper.page.evaluate("document.activeElement.getAttribute('aria-label')") == "Step forward"


def test_the_answer_can_be_shown_after_all_hints(ask):
    stepper, quiz = ask("gates", ask=["z"])
    for _ in range(3):
        quiz.hint()
    quiz.card.get_by_role("button", name="Show the answer").click()
    assert quiz.says == "The answer is 3."
    assert text(stepper.ledger("z", "f")) == "1 × 3 = 3"
    assert "0 of 1 right" in quiz.question


def test_play_stops_at_a_question(ask):
    stepper, quiz = ask("gates", at_question=False, ask="values")
    stepper.root.get_by_label("Speed").select_option("4")
    stepper.button("Play").click()
    quiz.card.get_by_role("textbox").wait_for()
    stepper.button("Play").wait_for()
    assert text(stepper.counter) == "step 2 of 11"
    assert text(stepper.node("q").locator(".mg-value")) == "value ?"
    quiz.answer("3.0")
    assert text(stepper.node("q").locator(".mg-value")) == "value 3"


def test_a_node_that_may_go_next_is_clicked_or_chosen(ask):
    stepper, quiz = ask("gates", ask="order")
    stepper.node("q").click()
    assert quiz.says == "q still waits for f: its gradient would leave too early, without that message."
    quiz.card.get_by_role("button", name="Check").click()
    assert quiz.says == "Choose one first."
    quiz.card.get_by_label("Node").select_option(label="f")
    quiz.card.get_by_role("button", name="Check").click()
    assert quiz.says == "Right."
    stepper, quiz = ask("gates", ask="order")
    stepper.button_of("f").focus()
    stepper.page.keyboard.press("Enter")
    assert quiz.says == "Right."


def test_a_pattern_is_chosen_and_nowhere_told(ask, shoot):
    stepper, quiz = ask("gates", ask="patterns", width=400, color_scheme="dark")
    stepper.node("f").click()
    assert "switcher" not in text(stepper.root.locator(".mg-card-node"))
    quiz.card.get_by_role("radio", name="router").check()
    stepper.page.keyboard.press("Enter")
    assert quiz.says == "Not yet. What does the rule do to g?"
    shoot(stepper.page, "predict-dark-400")
    assert stepper.page.evaluate("document.documentElement.scrollWidth") <= 400
    quiz.card.get_by_role("radio", name="switcher").check()
    stepper.page.keyboard.press("Enter")
    assert quiz.says == "Right."
    assert "Question 2 of 2 comes at step 8" in text(quiz.card)


def test_an_array_is_answered_cell_by_cell(ask, shoot):
    stepper, quiz = ask("arrays", ask=["b"])
    assert [field.get_attribute("aria-label") for field in quiz.card.get_by_role("textbox").all()] == [
        "Answer at [0]", "Answer at [1]", "Answer at [2]",
    ]  # fmt: skip
    quiz.answer("80", "", "40")
    assert quiz.says.startswith("Nothing is written here yet")
    quiz.answer("80", "80", "40")
    assert quiz.says == "Not right yet: [2]. That is half of it."
    marks = [field.get_attribute("aria-invalid") for field in quiz.card.get_by_role("textbox").all()]
    assert marks == ["false", "false", "true"]
    shoot(stepper.page, "predict-array")
    quiz.answer("80", "80", "80")
    assert "All questions" in text(quiz.card)


def test_answers_are_saved_as_json_without_a_kernel(ask):
    stepper, quiz = ask("gates", ask=["z"])
    quiz.answer("")
    quiz.answer("2")
    quiz.hint()
    quiz.answer("3")
    with stepper.page.expect_download() as download:
        quiz.card.get_by_role("button", name="Save answers").click()
    saved = json.loads(download.value.path().read_text())
    row = saved["questions"][0]
    assert (saved["asked"], saved["answered"], saved["first_try"], saved["hints"]) == (1, 1, 0, 1)
    assert (row["about"], row["attempts"], row["right"]) == ("f → z", ["2", "3"], True)
    assert 0 < row["seconds"] < 600


def test_every_field_keeps_its_keys_from_a_notebook(ask):
    for wishes in ({}, {"ask": "order"}, {"ask": "patterns"}):
        stepper, _ = ask("gates", **wishes)
        leaking = ":is(button, input, select, [tabindex]):not([data-lm-suppress-shortcuts])"
        assert stepper.root.locator(leaking).count() == 0
