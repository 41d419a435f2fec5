"""The exported page: from a file, with the network off, in any theme and width, on paper and without script."""

from __future__ import annotations

import itertools

import pytest

import minigrad as mg
from visuals.stepper import export

pytestmark = pytest.mark.browser


def text(locator) -> str:
    return locator.text_content()


def test_an_address_can_point_to_a_step(show, traces):
    stepper = show(traces["gates"](), hash="#step=7")
    assert text(stepper.counter) == "step 7 of 11"
    stepper.page.evaluate("location.hash = '#step=3'")
    stepper.root.get_by_text("step 3 of 11").wait_for()
    stepper.step()
    stepper.page.wait_for_function("location.hash === '#step=4'")
    stepper.page.reload()
    stepper.root.get_by_text("step 4 of 11").wait_for()
    assert text(show(traces["gates"](), hash="#step=999").counter) == "step 11 of 11"
    assert text(show(traces["gates"](), hash="#nonsense").counter) == "step 0 of 11"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_the_readers_theme(show, shoot, scheme, traces):
    stepper = show(traces["gates"](), hash="#step=8", color_scheme=scheme)
    assert stepper.root.get_attribute("data-theme") == scheme
    paper, ink = (
        stepper.page.evaluate(f"sum = getComputedStyle(document.body).{what}.match(/\\d+/g).map(Number)")
        for what in ("backgroundColor", "color")
    )
    assert (sum(paper[:3]) < sum(ink[:3])) == (scheme == "dark")
    shoot(stepper.page, f"export-{scheme}-1280")
    other = {"light": "dark", "dark": "light"}[scheme]
    stepper.page.emulate_media(color_scheme=other)
    stepper.root.and_(stepper.page.locator(f'[data-theme="{other}"]')).wait_for()


@pytest.mark.parametrize("name", ["gates", "arrays"])
def test_a_telephone_shows_it_without_scrolling_sideways(show, shoot, name, traces):
    stepper = show(traces[name](), hash="#step=8", width=400)
    assert stepper.page.evaluate("document.documentElement.scrollWidth") <= 400
    sizes = [button.bounding_box() for button in stepper.root.get_by_role("button").all()[:5]]
    assert all(size["x"] >= 0 and size["x"] + size["width"] <= 400 for size in sizes)
    shoot(stepper.page, f"export-400-{name}")


def test_ledgers_cover_neither_nodes_nor_each_other_and_hold_their_text(show, traces):
    stepper = show(traces["fan"]())
    stepper.slider.fill(str(stepper.last))
    boxes = [box.bounding_box() for box in stepper.root.locator(".mg-ledger-box").all()]
    texts = [label.bounding_box() for label in stepper.root.locator(".mg-ledger-text").all()]
    shapes = [shape.bounding_box() for shape in stepper.root.locator(".mg-node .mg-shape").all()]

    def apart(a, b):
        return (
            a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
            or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"]
        )  # fmt: skip

    assert len(boxes) == 4
    assert all(apart(a, b) for a, b in itertools.combinations(boxes, 2))
    assert all(apart(box, shape) for box in boxes for shape in shapes)
    for box, label in zip(boxes, texts, strict=True):
        assert box["x"] <= label["x"]
        assert label["x"] + label["width"] <= box["x"] + box["width"]


def test_no_line_runs_through_the_numbers_of_another(show, traces):
    stepper = show(traces["fan"]())
    assert stepper.root.locator(".mg-line").count() == stepper.root.locator(".mg-ledger").count() == 4
    assert stepper.page.evaluate(
        """[...document.querySelectorAll('.mg-line')].every((line) =>
             [...document.querySelectorAll('.mg-ledger, .mg-node')].every((other) =>
               line.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING))"""
    )


def test_two_steppers_on_one_page_know_nothing_of_each_other(show, traces):
    program = """
await (async () => {
  const second = document.createElement("div");
  document.querySelector("main").append(second);
  const model = pageModel();
  model.set("step", 0);
  stepper.render({ model, el: second });
})();
"""
    page = export.page(traces["gates"]())
    script = page.rindex("</script>")
    first = show(
        None, text=page[:script] + program + page[script:], bypass_csp=True
    )  # the policy knows our script only
    second = type(first)(first.page, first.page.locator(".mg-stepper").nth(1))
    second.root.wait_for()
    second.step(3)
    assert (text(first.counter), text(second.counter)) == ("step 0 of 11", "step 3 of 11")
    ids = first.page.evaluate("[...document.querySelectorAll('[id]')].map(element => element.id)")
    assert len(ids) == len(set(ids))


def test_without_script_the_picture_is_there(show, shoot, traces):
    page = show(traces["gates"](), java_script_enabled=False)
    assert page.locator("noscript svg.mg-graph").is_visible()
    assert "1 × −4 = −4" in page.locator("noscript .mg-ledger-text").all_text_contents()
    assert "grad 3" in page.locator("noscript .mg-grad").all_text_contents()
    assert all(ledger.is_visible() for ledger in page.locator("noscript .mg-ledger").all())
    shoot(page, "export-noscript")


def test_names_are_text_whatever_they_are(show):
    evil = '<img src=x onerror="window.caught=1"></script><script>window.caught=1</script>'
    x = mg.tensor(2.0, requires_grad=True, name=evil)
    stepper = show(mg.trace(x * 3.0), title=evil)
    stepper.slider.fill(str(stepper.last))
    stepper.root.locator(".mg-node").first.click()
    assert stepper.page.evaluate("window.caught") is None
    assert text(stepper.root.locator(".mg-card-node .mg-heading")) == evil
    assert stepper.page.locator("img").count() == 0


def test_a_picture_that_is_more_than_a_picture_is_refused(show, traces):
    stepper = show(traces["gates"](), bypass_csp=True)
    for drawing in (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'><script>1</script></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1' onload='1'/>",
        "<svg xmlns='http://www.w3.org/2000/svg'><path style='fill:url(https://example.org)'/></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg'><image href='https://example.org'/></svg>",
        "no picture",
    ):
        refusal = stepper.page.evaluate(
            """async ([code, drawing]) => {
              const { parsePicture } = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
              try { parsePicture(drawing); return "taken"; } catch (error) { return error.message; }
            }""",
            [export.module(), drawing],
        )
        assert refusal == "The picture of this graph could not be read."


def test_on_paper_the_controls_are_gone_and_the_ink_is_dark(show, shoot, traces):
    stepper = show(traces["gates"](), hash="#step=8", color_scheme="dark")
    stepper.page.emulate_media(media="print", color_scheme="dark")
    for element in (
        stepper.status,
        stepper.page.get_by_role("heading").first,
        stepper.node("x").locator(".mg-name"),
    ):
        ink = element.evaluate(
            "e => (e.namespaceURI.endsWith('svg') ? getComputedStyle(e).fill : getComputedStyle(e).color)"
        )
        assert ink == "rgb(31, 35, 40)"
    assert not stepper.button("Play").is_visible()
    assert stepper.status.is_visible()
    assert stepper.ledger("q", "f").is_visible()
    shoot(stepper.page, "export-print")
