"""JupyterLite in a real browser, from localhost and with no other server: the welcome notebook runs, its stepper steps.

It needs NumPy for browsers, which no registry has: MINIGRAD_PYODIDE names a Pyodide that has it (`.ci/pyodide.py`).
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.browser.hosts import PATIENCE, ROOT, SETTINGS, idle, run_all

lite = pytest.importorskip("exercises.publishing.lite", reason="the extra 'lite' is not installed")
GIVEN = os.environ.get("MINIGRAD_PYODIDE")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not GIVEN, reason="MINIGRAD_PYODIDE names no Pyodide with NumPy: see .ci/pyodide.py"),
]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Says nothing: the browser tells what it missed."""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The address of a JupyterLite with two lectures and an exercise, served from this machine."""
    course, out = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("site")
    for name in ("notebooks/00_welcome", "notebooks/02_computation_graphs", "exercises/notebooks/02_gates"):
        (course / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / f"{name}.ipynb", course / f"{name}.ipynb")
    lite.build(out / "lite", course, Path(str(GIVEN)))
    file = out / "lite" / "jupyter-lite.json"
    content = json.loads(file.read_text())
    data = content["jupyter-config-data"]
    data["exposeAppInBrowser"] = True  # so that the tests can ask whether the kernel is busy
    data["settingsOverrides"] |= {f"@jupyterlab/{plugin}": settings for plugin, settings in SETTINGS.items()}
    file.write_text(json.dumps(content))
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(out)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["light", "dark"])
def open_in_lite(request, chromium, site):
    """Open a notebook; nothing from elsewhere reaches the page."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, color_scheme=request.param)
    context.set_default_timeout(PATIENCE / 3)
    context.route(
        lambda address: address.startswith("http") and not address.startswith(site),
        lambda route: route.abort(),
    )
    troubles: list[str] = []

    def opened(path: str):
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(f"{site}lite/lab/index.html?path={path}")
        idle(page)
        run_all(page)
        return page

    yield opened
    context.close()
    assert troubles == []


@pytest.mark.parametrize("name", ["00_welcome", "02_computation_graphs"])
def test_a_lecture_runs_without_a_server_and_its_stepper_steps(open_in_lite, name, stepper_in, shoot):
    page = open_in_lite(f"notebooks/{name}.ipynb")
    assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']").count() == 0
    stepper = stepper_in(page)
    stepper.root.scroll_into_view_if_needed()
    before = stepper.status.inner_text()
    stepper.step(2)
    stepper.reaches(2)
    assert stepper.status.inner_text() != before
    shoot(page, f"lite-{name}")


def test_the_kernel_in_the_page_answers_a_changed_value(open_in_lite, stepper_in, shoot):
    stepper = stepper_in(open_in_lite("notebooks/00_welcome.ipynb"))
    stepper.button_of("x").click()
    editor = stepper.root.get_by_role("group", name="Change the value")
    editor.get_by_role("textbox", name="Value of x").fill("5")
    editor.get_by_role("textbox", name="Value of x").press("Enter")
    editor.get_by_text("loss is now 81").wait_for()  # (−2 · 5 + 1)²
    shoot(stepper.page, "lite-changed")


def test_an_exercise_shows_its_target_and_says_what_is_missing(open_in_lite, stepper_in, shoot):
    page = open_in_lite("exercises/notebooks/02_gates.ipynb")
    stepper_in(page).step()
    assert page.get_by_text("add_gate: not passed yet").first.is_visible()
    shoot(page, "lite-exercise")
