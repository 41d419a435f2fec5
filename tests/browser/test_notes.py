"""A lecture with the exported page: notes at their steps, all sentences as a table, large type, paper, frames."""

from __future__ import annotations

import pytest

from visuals.stepper import to_iframe

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOTES = {
    0: "Begin with the values.",
    3: "Forward is half done.",
    7: "Why is this one negative?\nAsk the audience.",
}


def text(locator) -> str:
    return locator.text_content()


@pytest.fixture
def lecture(show, traces):
    def begin(hash="", **options):
        wishes = {"notes": NOTES, **options.pop("page", {})}
        return show(traces["gates"](), hash=hash, page=wishes, **options)

    return begin


def note(stepper):
    return stepper.root.get_by_role("note", name="Note")


def test_a_note_stands_at_its_step_and_at_no_other(lecture):
    stepper = lecture()
    assert text(note(stepper)) == "Begin with the values."
    stepper.step()
    assert note(stepper).count() == 0
    stepper.slider.press("]")
    assert (text(stepper.counter), text(note(stepper))) == ("step 3 of 11", "Forward is half done.")
    stepper.slider.press("]")
    assert note(stepper).inner_text() == "Why is this one negative?\nAsk the audience."
    stepper.slider.press("]")
    assert text(stepper.counter) == "step 7 of 11", "there is no other"
    stepper.slider.press("[")
    stepper.slider.press("[")
    stepper.slider.press("[")
    assert text(stepper.counter) == "step 0 of 11"
    assert stepper.root.locator(".mg-marks span").count() == 3


def test_all_sentences_stand_in_a_table(lecture, shoot):
    stepper = lecture(hash="#step=7")
    table = stepper.root.get_by_role("table").filter(has_text="what happens")
    assert table.count() == 0, "it is closed"
    stepper.root.get_by_text("All steps in words").click()
    rows = table.get_by_role("row")
    assert rows.count() == 1 + 12
    assert text(rows.nth(8).get_by_role("cell").nth(1)).startswith(
        "f sends q: upstream 1 × local −4 = −4.Why"
    )
    assert (
        table.locator("[aria-current=step]").get_by_role("button").get_attribute("aria-label")
        == "Go to step 7"
    )
    shoot(stepper.page, "narration")
    rows.nth(3).get_by_role("button").click()
    assert text(stepper.counter) == "step 2 of 11"
    assert text(table.locator("[aria-current=step]").get_by_role("cell").first) == "2"
    stepper.page.keyboard.press("ArrowRight")
    assert text(stepper.counter) == "step 3 of 11"


def test_the_table_ends_where_a_question_is_open(lecture):
    stepper = lecture(page={"mode": "predict"}, hash="#step=11")
    stepper.root.get_by_text("All steps in words").click()
    assert stepper.root.locator(".mg-narration tbody tr").count() == 7, "steps 0 to 6"
    assert "Why is this one" not in text(stepper.root)
    stepper.page.emulate_media(media="print")
    assert stepper.root.locator(".mg-narration tbody tr").count() == 7, "nor does paper tell more"
    assert "negative?" not in text(stepper.root)


def test_on_paper_the_table_is_there_although_it_was_closed(lecture, shoot):
    stepper = lecture(hash="#step=8", color_scheme="dark")
    row = stepper.root.get_by_text("q sends y: upstream −4 × local 1 = −4.")
    assert not row.is_visible()
    stepper.page.emulate_media(media="print", color_scheme="dark")
    row.wait_for()
    assert stepper.ledger("q", "f").is_visible()
    assert not stepper.root.get_by_text("All steps in words").is_visible()
    shoot(stepper.page, "paper-narration")
    stepper.page.emulate_media(media="screen")
    row.wait_for(state="hidden")


@pytest.mark.parametrize("way", ["button", "key", "address"])
def test_large_type_hides_what_is_beside_the_point(lecture, shoot, way):
    stepper = lecture(hash="#step=7&present" if way == "address" else "#step=7")
    page, size = stepper.page, "s => parseFloat(getComputedStyle(s).fontSize)"
    if way == "button":
        before = stepper.status.evaluate(size)
        assert stepper.button("Present").get_attribute("aria-pressed") == "false"
        stepper.button("Present").click()
        assert stepper.status.evaluate(size) > 1.4 * before
    elif way == "key":
        stepper.slider.press("p")
    page.locator(".mg-presenting").wait_for()
    assert stepper.button("Present").get_attribute("aria-pressed") == "true"
    for hidden in (
        stepper.root.get_by_text("All steps in words"),
        stepper.button("Zoom in"),
        stepper.button("Help"),
    ):
        assert not hidden.is_visible()
    assert "negative?" in text(note(stepper))
    page.wait_for_function("location.hash === '#step=7&present'")
    shoot(page, f"presenting-{way}")
    page.evaluate("document.activeElement.blur()")
    for key, step in (("PageDown", 8), ("PageDown", 9), ("PageUp", 8), ("ArrowRight", 9)):
        page.keyboard.press(key)  # wherever the focus is: a clicker has no mouse
        assert text(stepper.counter) == f"step {step} of 11"
    for black in ("b", "."):
        page.keyboard.press(black)
        screen = page.locator(".mg-blank")
        assert screen.bounding_box()["width"] == page.evaluate("innerWidth")
        assert screen.evaluate("s => getComputedStyle(s).backgroundColor") == "rgb(0, 0, 0)"
        page.keyboard.press("PageDown")
        assert not screen.is_visible()
        assert text(stepper.counter) == "step 9 of 11", "that key brought the light back, no more"
    page.keyboard.press("b")
    page.mouse.click(300, 300)
    assert not page.locator(".mg-blank").is_visible()
    page.keyboard.press("Escape")
    page.locator(".mg-presenting").wait_for(state="detached")
    page.wait_for_function("location.hash === '#step=9'")
    stepper.slider.press("b")
    assert not page.locator(".mg-blank").is_visible(), "not while nobody presents"


def test_a_page_can_be_told_to_present_by_its_address_alone(lecture):
    stepper = lecture()
    stepper.page.evaluate("location.hash = '#present&step=4'")
    stepper.page.locator(".mg-presenting").wait_for()
    assert text(stepper.counter) == "step 4 of 11"


def test_in_large_type_a_point_is_still_a_decimal_point(lecture):
    stepper = lecture(page={"mode": "predict"}, hash="#step=11&present")
    field = stepper.root.get_by_role("textbox", name="Answer")
    field.press_sequentially("b.5")
    assert field.input_value() == "b.5"
    assert not stepper.page.locator(".mg-blank").is_visible()


def test_a_frame_in_another_page_steps_and_reaches_nothing_around_it(
    chromium, traces, tmp_path, stepper_in, shoot
):
    frame = str(to_iframe(traces["gates"](), title="f = (x + y) z", notes=NOTES))
    file = tmp_path / "course.html"
    file.write_text(f"<!doctype html><title>Course</title><h1>Course</h1>{frame}", encoding="utf-8")
    page, troubles = chromium.new_page(), []
    page.on(
        "request",
        lambda asked: asked.url.startswith(("file:", "blob:", "data:")) or troubles.append(asked.url),
    )
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(file.as_uri())
    inside = page.frame_locator('iframe[title="f = (x + y) z"]')
    stepper = stepper_in(page, inside)
    stepper.slider.press("]")
    assert (text(stepper.counter), text(note(stepper))) == ("step 3 of 11", "Forward is half done.")
    stepper.button("Step forward").press("ArrowRight")
    assert text(stepper.counter) == "step 4 of 11"
    stepper.button("Present").click()
    inside.locator(".mg-presenting").wait_for()
    stepper.slider.press("Escape")
    inside.locator(".mg-presenting").wait_for(state="detached")
    beyond = "(() => { try { return top.document.title } catch { return 'closed' } })()"
    assert page.frames[1].evaluate(f"[self.origin, {beyond}]") == ["null", "closed"]
    assert page.url == file.as_uri()
    shoot(page, "frame")
    assert troubles == []
    page.close()


def test_names_and_notes_are_text_in_the_page_too(show, traces):
    evil = '"><img src=x onerror="window.caught=1"></script><script>window.caught=1</script>'
    stepper = show(traces["gates"](), title=evil, page={"notes": {0: evil}})
    stepper.root.get_by_text("All steps in words").click()
    assert text(note(stepper)) == evil
    assert stepper.page.evaluate("window.caught") is None
    assert stepper.page.locator("img, main script").count() == 0
