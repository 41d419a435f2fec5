"""The widget in a real JupyterLab: it runs, steps, follows the theme, and keeps its keys to itself."""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

import minigrad as mg
from tests.browser.hosts import KERNEL, PATIENCE, ROOT, Server, idle, run_all, serving
from visuals import BackpropStepper

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not importlib.util.find_spec("jupyterlab"), reason="JupyterLab is not installed"),
]

LECTURE = ROOT / "notebooks" / "02_computation_graphs.ipynb"


@pytest.fixture(scope="module")
def server(chromium, tmp_path_factory):
    """JupyterLab on a free port; it and its kernels end with the tests."""
    with serving("jupyterlab", tmp_path_factory.mktemp("jupyter")) as running:
        yield running


@pytest.fixture
def lab(chromium, server):
    """Open a notebook in JupyterLab; watch that nothing but the server is asked."""
    asked: set[str] = set()
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE / 3)

    def open_notebook(name: str):
        page = context.new_page()
        page.on("request", lambda request: asked.add(request.url))
        page.goto(f"{server.address}/lab/workspaces/{Path(name).stem}/tree/{name}?reset&token={server.token}")
        idle(page)
        page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")
        return page

    yield open_notebook
    context.close()
    strangers = {url for url in asked if not url.startswith((server.address, "data:", "blob:"))}
    assert strangers == set()


def notebook(server: Server) -> str:
    """The lecture notebook if there is one, else the same in one cell; without its outputs."""
    if LECTURE.exists():
        content = nbformat.read(LECTURE, as_version=4)
        for cell in content.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        content.metadata.pop("widgets", None)
    else:
        code = """
import minigrad as mg, visuals
x, y, z = (mg.tensor(v, requires_grad=True, name=n) for n, v in (("x", -2.0), ("y", 5.0), ("z", -4.0)))
q = x + y
f = q * z
stepper = visuals.BackpropStepper(f)
stepper
"""
        content = v4.new_notebook(cells=[v4.new_code_cell(code.strip())], metadata=KERNEL)
    nbformat.write(content, server.folder / LECTURE.name)
    for extra in ROOT.glob("notebooks/*.py"):
        shutil.copy(extra, server.folder)
    return LECTURE.name


def test_the_lecture_notebook_runs_and_its_stepper_steps(lab, server, stepper_in, shoot):
    page = lab(notebook(server))
    run_all(page)
    assert page.locator('.jp-RenderedText[data-mime-type="application/vnd.jupyter.error"]').count() == 0
    stepper = stepper_in(page)
    stepper.root.scroll_into_view_if_needed()
    last = stepper.last
    reads = stepper.counter.text_content
    assert reads() == f"step 0 of {last}"
    before = stepper.status.text_content()

    stepper.button("Step forward").click()
    assert reads() == f"step 1 of {last}"
    assert stepper.status.text_content() != before
    stepper.button("Step forward").press("ArrowRight")
    assert reads() == f"step 2 of {last}"
    page.keyboard.press("ArrowLeft")
    assert reads() == f"step 1 of {last}"

    cells = page.locator(".jp-Notebook .jp-Cell").count()
    for place in (stepper.root.locator('.mg-node [tabindex="0"]'), stepper.slider, stepper.button("Play")):
        place.focus()
        for key in ("a", "b", "d", "d", "m", "ArrowDown"):  # new cell, delete cell, text cell, next cell
            page.keyboard.press(key)
        assert page.locator(".jp-Notebook .jp-Cell").count() == cells
        assert page.evaluate("document.activeElement.closest('.mg-stepper') !== null")
    stepper.root.locator('.mg-node [tabindex="0"]').focus()
    page.keyboard.press("End")
    assert reads() == f"step {last} of {last}"
    assert stepper.root.locator(".mg-sent").count() > 0

    middle = round(0.7 * last)
    stepper.slider.fill(str(middle))
    assert stepper.root.get_attribute("data-theme") == "light"
    stepper.root.scroll_into_view_if_needed()
    shoot(page, "jupyterlab-light")
    page.evaluate("jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })")
    stepper.root.and_(page.locator('[data-theme="dark"]')).wait_for()
    page.wait_for_function(
        "getComputedStyle(document.body).getPropertyValue('--jp-layout-color0').includes('#111')"
    )
    paper = stepper.root.evaluate("root => getComputedStyle(root).backgroundColor")
    assert paper == "rgb(17, 17, 17)", "the notebook's own colour"
    shoot(page, "jupyterlab-dark")
    page.evaluate("jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Light' })")
    stepper.root.and_(page.locator('[data-theme="light"]')).wait_for()


def test_python_and_two_views_share_one_step(lab, server, stepper_in):
    code = """
import minigrad as mg, visuals
from IPython.display import display
w = mg.Parameter(2.0, name="w")
y = w * w + w
stepper = visuals.BackpropStepper(y)
display(stepper, stepper, visuals.BackpropStepper(y))
"""
    cells = [
        v4.new_code_cell(code.strip()),
        v4.new_code_cell("print('python reads', stepper.step); stepper.step = 2"),
    ]
    nbformat.write(v4.new_notebook(cells=cells, metadata=KERNEL), server.folder / "views.ipynb")
    page = lab("views.ipynb")
    page.locator(".jp-InputArea-editor").first.click()
    page.keyboard.press("Shift+Enter")
    stepper_in(page)
    roots = page.locator(".mg-stepper")
    first, second, other = (type(stepper_in(page))(page, roots.nth(i)) for i in (0, 1, 2))
    other.root.wait_for()
    first.step(3)
    second.root.get_by_text(re.compile("^step 3 of")).wait_for()
    ids = page.evaluate("[...document.querySelectorAll('.mg-stepper [id]')].map(element => element.id)")
    assert len(ids) == len(set(ids)) == 3
    assert other.counter.text_content().startswith("step 0 of"), "another stepper of the same graph"

    page.wait_for_timeout(500)  # the step goes to Python a moment after the last click
    page.locator(".jp-InputArea-editor").nth(1).click()
    page.keyboard.press("Shift+Enter")
    page.get_by_text("python reads 3", exact=True).wait_for()
    first.root.get_by_text(re.compile("^step 2 of")).wait_for()

    page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("!jupyterapp.shell.currentWidget.context.model.dirty")
    page.reload()
    idle(page)
    for view in (first, second):  # nothing has been run again
        view.root.get_by_text(re.compile("^step 2 of")).wait_for()
    other.root.get_by_text(re.compile("^step 0 of")).wait_for()
    first.step()
    second.root.get_by_text(re.compile("^step 3 of")).wait_for()


def test_a_notebook_that_is_not_trusted_shows_the_picture(lab, server):
    x = mg.tensor(-2.0, requires_grad=True, name="x")
    data, _ = BackpropStepper(x * 3.0)._repr_mimebundle_()
    cell = v4.new_code_cell("stepper", execution_count=1, outputs=[v4.new_output("display_data", data)])
    nbformat.write(v4.new_notebook(cells=[cell], metadata=KERNEL), server.folder / "student.ipynb")
    page = lab("student.ipynb")
    image = page.locator('.jp-OutputArea img[src^="data:image/svg+xml"]')
    image.wait_for()
    assert image.evaluate("image => image.complete && image.naturalWidth > 0")
    assert page.locator(".mg-stepper").count() == 0


def test_a_value_is_changed_in_the_picture_and_python_runs_the_graph_again(lab, server, stepper_in, shoot):
    code = """
import minigrad as mg, numpy as np, visuals
x, y, z = (mg.tensor(v, requires_grad=True, name=n) for n, v in (("x", -2.0), ("y", 5.0), ("z", -4.0)))
w = mg.Parameter(np.array([[1.0, 2.0]]), name="w")
q = x + y
f = np.sum(q * z * w)
stepper = visuals.BackpropStepper(f)
stepper
"""
    cells = [v4.new_code_cell(code.strip()), v4.new_code_cell("print('python says', stepper.sentence)")]
    nbformat.write(v4.new_notebook(cells=cells, metadata=KERNEL), server.folder / "edit.ipynb")
    page = lab("edit.ipynb")
    page.locator(".jp-InputArea-editor").first.click()
    page.keyboard.press("Shift+Enter")
    stepper = stepper_in(page)
    stepper.slider.press("End")
    stepper.node("x").click()
    editor = stepper.root.get_by_role("group", name="Change the value")
    field = editor.get_by_role("textbox", name="Value of x")
    assert field.input_value() == "-2"
    field.fill("three")
    field.press("Enter")
    editor.get_by_text("“three” is no number").wait_for()
    field.fill("1/2")
    field.press("Enter")
    editor.get_by_text("f is now −66").wait_for()
    assert stepper.node("q").locator(".mg-value").text_content() == "value 5.5"
    assert stepper.button_of("z").get_attribute("aria-label") == "z, parameter: value −4, gradient 16.5"
    assert stepper.ledger("x", "q").text_content() == "−12 × 1 = −12"
    assert field.is_visible(), "the controls stay where they are"

    knob = editor.get_by_role("slider", name="Value of x, slider")
    knob.press("ArrowRight")
    editor.get_by_text("f is now −66.6").wait_for()
    editor.get_by_role("slider", name="Wiggle x by h").press("ArrowRight")
    editor.get_by_text("the gradient predicts grad · h").wait_for()
    told = editor.locator(".mg-says").text_content()
    assert re.search(r"h = 0\.01: .* grad · h = −0\.12; the result really changes by −0\.12 ", told)
    editor.get_by_role("button", name="Undo changes").click()
    editor.get_by_text("f is now −36").wait_for()

    stepper.node("w").click()
    editor.get_by_role("button", name="2", exact=True).click()
    assert editor.get_by_role("textbox").get_attribute("aria-label") == "Value of w at [0, 1]"
    editor.get_by_role("textbox").fill("-1")
    editor.get_by_role("textbox").press("Enter")
    editor.get_by_text("f is now 0").wait_for()
    stepper.root.scroll_into_view_if_needed()
    shoot(page, "jupyterlab-edit")
    page.locator(".jp-InputArea-editor").nth(1).click()
    page.keyboard.press("Shift+Enter")
    page.get_by_text("python says Done: ∂f/∂x = 0, ∂f/∂y = 0, ∂f/∂z = 0").wait_for()

    for kernel in server.call("kernels"):
        server.call(f"kernels/{kernel['id']}", "DELETE")
    editor.get_by_role("textbox").fill("7")
    editor.get_by_role("textbox").press("Enter")
    editor.get_by_text("Python does not answer: the kernel is busy or gone.").wait_for()


def test_a_failed_gradient_check_leads_to_the_picture(lab, server, stepper_in, shoot):
    code = """
import minigrad as mg, numpy as np

class Square(mg.Function):
    def forward(self, inputs):
        return inputs[0] ** 2
    def backward(self, inputs, output, output_diff):
        return [output_diff * inputs[0]]

mg.gradcheck(lambda x: np.sum(np.tanh(Square()(x))), [[0.5, 1.0]], names=["x"])
"""
    look = "from visuals.debug import first_wrong_edge\nfirst_wrong_edge()"
    cells = [v4.new_code_cell(code.strip()), v4.new_code_cell(look)]
    nbformat.write(v4.new_notebook(cells=cells, metadata=KERNEL), server.folder / "wrong.ipynb")
    page = lab("wrong.ipynb")
    page.locator(".jp-InputArea-editor").first.click()
    page.keyboard.press("Shift+Enter")
    page.get_by_text("To see which edge is wrong: import visuals; visuals.first_wrong_edge()").wait_for()
    page.locator(".jp-InputArea-editor").nth(1).click()
    page.keyboard.press("Shift+Enter")
    stepper = stepper_in(page)
    card = stepper.root.get_by_role("group", name="Debug")
    card.get_by_text("✗ First wrong edge: Square → x").wait_for()
    assert "✗ This is wrong. Finite differences give" in stepper.status.text_content()
    assert stepper.root.locator(".mg-line.mg-wrong").count() == 1
    stepper.root.scroll_into_view_if_needed()
    shoot(page, "jupyterlab-wrong-edge")

    count = page.locator(".jp-Notebook .jp-Cell").count()
    for name in ("Paths", "Tape memory"):
        button = card.get_by_role("button", name=name, exact=True)
        button.click()
        for key in ("a", "b", "d", "d", "m"):
            page.keyboard.press(key)
        assert page.locator(".jp-Notebook .jp-Cell").count() == count
        assert button.evaluate("button => button === document.activeElement")
    card.locator(".mg-chart").wait_for()
