"""Decks and pages, opened from a disk with no network: slides turn, steppers step, nothing is asked of anyone."""

from __future__ import annotations

import nbformat
import pytest
from nbformat import v4

from exercises.publishing import site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

INTRODUCTION = "# A product\n\nIts slope is $\\frac{dy}{dx} = 2x$.\n\n## Step it\n\nPress the button."
CODE = """import minigrad as mg
from visuals import BackpropStepper

x = mg.tensor(3.0, requires_grad=True)
y = x * x
BackpropStepper(y)"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """A site with one lecture."""
    course, out = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("out") / "site"
    (course / "notebooks").mkdir()
    cells = [v4.new_markdown_cell(INTRODUCTION), v4.new_code_cell(CODE), v4.new_markdown_cell("## The end")]
    nbformat.write(v4.new_notebook(cells=cells), course / "notebooks" / "00_product.ipynb")
    site.main(out, course, jobs=1, progress=False)
    return out


@pytest.fixture(params=["light", "dark"])
def open_page(request, chromium, pages):
    """Open a page of the site offline, in both themes; what goes wrong in it is a failure."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, color_scheme=request.param)
    context.set_offline(True)
    troubles = []

    def opened(address: str):
        page = context.new_page()
        page.on("request", lambda r: r.url.startswith(("file:", "data:", "blob:")) or troubles.append(r.url))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: said.type == "error" and troubles.append(said.text))
        page.goto((pages / address.partition("#")[0]).as_uri() + address[len(address.partition("#")[0]) :])
        return page

    yield opened
    context.close()
    assert troubles == []


def stepped(frame) -> str:
    """What the stepper in a frame says after three steps."""
    for _ in range(3):
        frame.get_by_role("button", name="Step forward", exact=True).click()
    return frame.get_by_role("status").inner_text()


def test_a_deck_is_turned_by_keys_and_its_stepper_steps(open_page, shoot):
    page = open_page("notebooks/00_product.slides.html")
    heading = page.get_by_role("heading", name="A product", exact=True).last
    assert heading.is_visible()
    assert page.locator("math").first.is_visible()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**#/1")
    frame = page.frame_locator("iframe").first
    assert stepped(frame) == "The backward pass starts at y: ∂y/∂y = 1."
    assert frame.get_by_text("step 3 of", exact=False).is_visible()
    shoot(page, "slides")


def test_a_key_pressed_in_a_stepper_does_not_turn_the_slide(open_page):
    page = open_page("notebooks/00_product.slides.html#/1")
    frame = page.frame_locator("iframe").first
    frame.get_by_role("button", name="Step forward", exact=True).click()
    page.keyboard.press("ArrowRight")
    frame.get_by_text("step 2 of", exact=False).wait_for()
    assert page.url.endswith("#/1")


def test_a_page_reads_without_a_kernel_and_its_stepper_steps(open_page, shoot):
    page = open_page("notebooks/00_product.html")
    assert page.get_by_role("heading", name="A product", exact=True).is_visible()
    assert stepped(page.frame_locator("iframe").first).startswith("The backward pass starts at y")
    shoot(page, "page")


def test_the_first_page_leads_to_the_lecture_its_deck_and_the_reference(open_page):
    page = open_page("index.html")
    page.get_by_role("link", name="00 · A product").click()
    page.get_by_role("link", name="as slides").click()
    page.wait_for_url("**/00_product.slides.html*")
    page = open_page("index.html")
    page.get_by_role("link", name="API documentation").click()
    page.get_by_role("link", name="minigrad").first.wait_for()
