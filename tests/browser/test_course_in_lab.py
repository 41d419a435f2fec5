"""The course in a real JupyterLab: lectures run from top to bottom, their steppers step, a check says what is wrong."""

from __future__ import annotations

import importlib.util

import nbformat
import pytest
from nbformat import v4

from exercises import catalogue
from exercises.build import cells_of
from tests.browser.hosts import KERNEL, PATIENCE, ROOT, idle, run_all, serving

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not importlib.util.find_spec("jupyterlab"), reason="JupyterLab is not installed"),
]


@pytest.fixture(scope="module")
def server(chromium, tmp_path_factory):
    with serving("jupyterlab", tmp_path_factory.mktemp("jupyter")) as running:
        yield running


@pytest.fixture
def run(chromium, server):
    """Open a notebook in JupyterLab and run all of its cells; what goes wrong in the page is a failure."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE / 3)
    troubles: list[str] = []

    def in_lab(name: str, cells: list):
        nbformat.write(v4.new_notebook(cells=cells, metadata=KERNEL), server.folder / f"{name}.ipynb")
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(f"{server.address}/lab/workspaces/{name}/tree/{name}.ipynb?reset&token={server.token}")
        idle(page)
        run_all(page)
        assert (
            page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']").count() == 0
        )
        return page

    yield in_lab
    context.close()
    for kernel in server.call("kernels") or []:
        server.call(f"kernels/{kernel['id']}", "DELETE")
    assert troubles == []


@pytest.mark.parametrize(
    "name", ["00_welcome", "02_computation_graphs", "05_dag_networks_and_autograd", "10_convolution"]
)
def test_a_lecture_runs_and_its_stepper_steps(run, name, stepper_in, shoot):
    cells = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4).cells
    for cell in cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    page = run(name, cells)
    stepper = stepper_in(page)
    stepper.root.scroll_into_view_if_needed()
    before = stepper.status.inner_text()
    stepper.step(2)
    stepper.reaches(2)
    assert stepper.status.inner_text() != before
    shoot(page, f"lab-{name}")


def solved(name: str, mutant: str = "") -> list:
    """The cells of an exercise with its solution; or, at the end, with a wrong one and the checks once more."""
    [exercise] = [e for e in catalogue.exercises() if e.name == name]
    cells = cells_of(exercise.source.read_text(encoding="utf-8"))
    if mutant:
        text = (exercise.folder / "mutants" / f"{mutant}.py").read_text(encoding="utf-8")
        cells = [cell for cell in cells if "exercises.check(" not in cell.source]
        cells += [v4.new_code_cell(text), v4.new_code_cell('exercises.check("multiply_gate")')]
    return cells


def test_the_checks_of_a_solved_exercise_pass_and_say_that_they_are_the_public_ones(run, shoot):
    cells = solved("02_gates")
    page = run("gates", cells)
    passed = page.get_by_text("all public checks passed")
    assert passed.count() == sum("exercises.check(" in cell.source for cell in cells) > 3
    passed.last.scroll_into_view_if_needed()
    shoot(page, "lab-check-passed")


def test_the_check_of_a_wrong_answer_names_the_mistake_and_shows_both(run, shoot):
    page = run("swapped", solved("02_gates", "multiply_swapped"))
    said = page.get_by_text("are the two swapped?", exact=False).first
    said.scroll_into_view_if_needed()
    assert page.get_by_text("target", exact=False).last.is_visible()
    shoot(page, "lab-check-failed")
