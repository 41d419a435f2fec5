"""The same file in other hosts: Notebook 7, an exported notebook whose kernel is gone, and a notebook nobody trusts."""

from __future__ import annotations

import importlib.util
import re

import nbformat
import pytest
from nbformat import v4

import minigrad as mg
from tests.browser.hosts import KERNEL, PATIENCE, ROOT, idle, run_all, serving
from visuals.stepper import to_iframe

pytestmark = [pytest.mark.browser, pytest.mark.slow]

GATES = """
import minigrad as mg, visuals
x, y, z = (mg.tensor(v, requires_grad=True, name=n) for n, v in (("x", -2.0), ("y", 5.0), ("z", -4.0)))
q = x + y
f = q * z
"""
DIAMOND = """
import minigrad as mg, visuals
x = mg.tensor(3.0, requires_grad=True, name="x")
y = x * x
u = y * x
z = y + u
stepper = visuals.BackpropStepper(z, mode="order")
stepper
"""


def text(locator) -> str:
    return locator.text_content()


def write(folder, name: str, *codes: str) -> str:
    cells = [v4.new_code_cell(code.strip()) for code in codes]
    nbformat.write(v4.new_notebook(cells=cells, metadata=KERNEL), folder / name)
    return name


def run_cell(page, k: int = 0) -> None:
    page.locator(".jp-InputArea-editor").nth(k).click()
    page.keyboard.press("Shift+Enter")


@pytest.fixture(scope="module", params=["jupyterlab", "notebook"])
def host(request, chromium, tmp_path_factory):
    """JupyterLab and Notebook 7, one after the other: (its name, its server)."""
    if not importlib.util.find_spec(request.param):
        pytest.skip(f"{request.param} is not installed")
    with serving(request.param, tmp_path_factory.mktemp(request.param)) as running:
        yield request.param, running


@pytest.fixture
def opened(chromium, host):
    """Open a notebook of the host; nothing but its server is asked."""
    app, server = host
    asked: set[str] = set()
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE / 3)

    def open_notebook(name: str):
        page = context.new_page()
        page.on("request", lambda request: asked.add(request.url))
        place = f"lab/workspaces/{name.partition('.')[0]}/tree" if app == "jupyterlab" else "notebooks"
        page.goto(f"{server.address}/{place}/{name}?token={server.token}")
        idle(page)
        return page

    yield open_notebook
    context.close()
    assert {url for url in asked if not url.startswith((server.address, "data:", "blob:"))} == set()


def test_it_steps_keeps_its_keys_and_comes_back_after_a_reload(host, opened, stepper_in, shoot):
    code = f"{GATES}\nstepper = visuals.BackpropStepper(f, notes={{7: 'Why negative?'}})\nstepper"
    page = opened(
        write(host[1].folder, "steps.ipynb", code, "print('python reads', stepper.step)", "stepper")
    )
    run_cell(page)
    stepper = stepper_in(page)
    stepper.step(2)
    stepper.button("Step forward").press("ArrowRight")
    page.keyboard.press("ArrowRight")
    stepper.root.get_by_text("step 4 of 11").wait_for()
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    stepper.root.get_by_text("All steps in words").click()
    for place in (
        stepper.root.locator('.mg-node [tabindex="0"]'),
        stepper.slider,
        stepper.button("Present"),
        stepper.button("Go to step 3"),
        stepper.root.get_by_text("All steps in words"),
    ):
        place.focus()
        for key in ("a", "b", "d", "d", "m", "x", "ArrowDown"):
            page.keyboard.press(key)
        assert page.locator(".jp-Notebook .jp-Cell").count() == cells
        assert page.evaluate("document.activeElement.closest('.mg-stepper') !== null")
    stepper.slider.fill("7")
    assert text(stepper.root.get_by_role("note", name="Note")) == "Why negative?"
    page.wait_for_timeout(500)  # the step goes to Python a moment after the last click
    run_cell(page, 1)
    page.get_by_text("python reads 7", exact=True).wait_for()
    run_cell(page, 2)
    again = page.locator(".mg-stepper").nth(1)
    again.get_by_text("step 7 of 11").wait_for()  # shown once more, it is where it was
    shoot(page, f"host-{host[0]}")
    page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("!jupyterapp.shell.currentWidget.context.model.dirty")
    page.reload()
    idle(page)
    for view in (stepper.root, again):
        view.get_by_text("step 7 of 11").wait_for()  # no cell has been run
    stepper.step()
    assert text(stepper.counter) == "step 8 of 11"


def test_large_type_fills_the_screen_and_escape_gives_the_notebook_back(host, opened, stepper_in, shoot):
    page = opened(write(host[1].folder, "large.ipynb", f"{GATES}\nvisuals.BackpropStepper(f)"))
    run_cell(page)
    stepper = stepper_in(page)
    stepper.slider.press("p")
    page.wait_for_function("document.fullscreenElement?.matches('.mg-presenting')")
    paper = stepper.root.evaluate("root => getComputedStyle(root).backgroundColor")
    assert paper == "rgb(255, 255, 255)"
    page.keyboard.press("PageDown")
    stepper.root.get_by_text("step 1 of 11").wait_for()
    shoot(page, f"presenting-{host[0]}")
    page.keyboard.press("Escape")
    page.wait_for_function("!document.fullscreenElement && !document.querySelector('.mg-presenting')")


def test_an_order_is_chosen_by_clicking_and_python_runs_it(host, opened, stepper_in, shoot):
    page = opened(write(host[1].folder, "order.ipynb", DIAMOND, "print('python says', stepper.sentence)"))
    run_cell(page)
    stepper = stepper_in(page)
    card = stepper.root.get_by_role("group", name="Order", exact=True)
    assert "Every node sent when all messages to it had arrived" in text(card)
    card.get_by_role("button", name="Choose an order").click()
    assert "Who sends next? 1 of 3" in text(card)
    stepper.node("x").click()
    assert "Who sends next? 1 of 3" in text(card), "x has nobody to send to"
    stepper.node("z").click()
    stepper.button_of("y").press("Enter")
    assert [text(chip) for chip in card.get_by_role("listitem").all()] == ["1. z", "2. y"]
    card.get_by_role("button", name="u", exact=True).click()
    card.get_by_text("y left before u had sent to it").wait_for()
    stepper.root.get_by_text("Done, but wrong: ∂z/∂x = 15, and should be 33.").first.wait_for()
    assert [text(cell) for cell in card.get_by_role("cell").all()] == ["15", "33"]
    assert text(stepper.ledger("y", "u")) == "1 × 3 = 3"
    stepper.root.scroll_into_view_if_needed()
    shoot(page, f"order-{host[0]}")
    page.wait_for_timeout(500)
    run_cell(page, 1)
    page.get_by_text("python says Done, but wrong: ∂z/∂x = 15").wait_for()
    card.get_by_role("button", name="Right order").click()
    card.get_by_text("Every node sent when all messages").wait_for()
    stepper.root.get_by_text("Done: ∂z/∂x = 33.").first.wait_for()
    assert text(stepper.node("x").locator(".mg-grad")) == "grad 33"


def test_a_frame_steps_where_it_is_trusted_and_is_a_picture_where_it_is_not(host, opened, shoot):
    x = mg.tensor(-2.0, requires_grad=True, name="x")
    framed = to_iframe(x * 3.0, title="3x")
    output = v4.new_output("display_data", {"text/html": framed._repr_html_(), "text/plain": repr(framed)})
    cell = v4.new_code_cell("to_iframe(y)", execution_count=1, outputs=[output])
    fresh = v4.new_code_cell(f"{GATES}\nfrom visuals.stepper import to_iframe\nto_iframe(f, title='f')")
    nbformat.write(v4.new_notebook(cells=[cell, fresh], metadata=KERNEL), host[1].folder / "frame.ipynb")
    page = opened("frame.ipynb")
    image = page.locator('.jp-OutputArea img[src^="data:image/svg+xml"]')
    image.wait_for()
    assert image.is_visible()
    assert image.evaluate("image => image.naturalWidth > 0")
    assert page.locator('iframe[title="3x"]').count() == 0, "this notebook came from somewhere else"
    run_cell(page, 1)
    inside = page.frame_locator('iframe[title="f"]')
    inside.get_by_role("button", name="Step forward", exact=True).click()
    inside.get_by_text("step 1 of 11").wait_for()
    assert not page.locator('.jp-OutputArea img[src^="data:image/svg+xml"]').nth(1).is_visible()
    shoot(page, f"frame-{host[0]}")


def test_the_stepper_in_ten_minutes_runs(host, opened, stepper_in, shoot):
    lecture = nbformat.read(ROOT / "notebooks" / "stepper_in_ten_minutes.ipynb", as_version=4)
    for cell in lecture.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(lecture, host[1].folder / "ten.ipynb")
    page = opened("ten.ipynb")
    run_all(page)
    assert page.locator('.jp-RenderedText[data-mime-type="application/vnd.jupyter.error"]').count() == 0
    assert stepper_in(page).button("Step forward").is_visible()
    assert page.locator(".mg-stepper").count() == 11
    page.locator(".mg-modules:visible").last.scroll_into_view_if_needed()
    assert (
        page.locator(".mg-modules:visible select").last.locator("option:checked").text_content()
        == "all folded"
    )
    shoot(page, f"ten-minutes-{host[0]}")


# The kernel is gone ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def exported(tmp_path_factory, chromium):
    """A notebook, executed and exported by nbconvert, and nothing else: its HTML."""
    nbclient = pytest.importorskip("nbclient")
    nbconvert = pytest.importorskip("nbconvert")
    frame = (
        f"{GATES}\nfrom visuals.stepper import to_iframe\nto_iframe(f, title='f', notes={{3: 'Half of it.'}})"
    )
    quiz = "to_iframe(f, title='quiz', mode='predict')"
    cells = [v4.new_code_cell(code.strip()) for code in (frame, quiz, "visuals.BackpropStepper(f)")]
    notebook = v4.new_notebook(cells=cells, metadata=KERNEL)
    client = nbclient.NotebookClient(notebook, timeout=300, store_widget_state=False)
    client.execute(cwd=str(ROOT))
    page, _ = nbconvert.HTMLExporter(embed_images=True).from_notebook_node(notebook)
    file = tmp_path_factory.mktemp("exported") / "lecture.html"
    file.write_text(page, encoding="utf-8")
    return file


@pytest.mark.filterwarnings("default")  # those of nbconvert and of the kernel's client
def test_an_exported_notebook_steps_without_kernel_and_without_network(exported, chromium, stepper_in, shoot):
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_offline(True)
    page = context.new_page()
    page.goto(exported.as_uri())
    stepper = stepper_in(page, page.frame_locator('iframe[title="f"]'))
    stepper.step(3)
    assert text(stepper.status) == "q = x + y = −2 + 5 = 3."
    assert text(stepper.root.get_by_role("note", name="Note")) == "Half of it."
    stepper.slider.press("End")
    stepper.node("z").click()
    assert "This page has no Python behind it" in text(
        stepper.root.get_by_role("group", name="Change the value")
    )
    quiz = stepper_in(page, page.frame_locator('iframe[title="quiz"]'))
    quiz.slider.press("End")
    card = quiz.root.get_by_role("group", name="Question")
    card.get_by_role("textbox").fill("-4")
    card.get_by_role("textbox").press("Enter")
    assert text(quiz.counter) == "step 7 of 11"
    with page.expect_download() as saved:
        card.get_by_role("button", name="Save answers").click()
    assert '"first_try": 1' in saved.value.path().read_text()
    picture = page.locator('img[src^="data:image/svg+xml"]:visible')
    assert picture.count() == 1, "the widget without its kernel is a picture"
    assert re.search(r"x, parameter, value −2", picture.get_attribute("alt"))
    shoot(page, "nbconvert")
    context.close()
