"""A real Chromium, driven by Playwright; the tests say why they are skipped where there is none.

MINIGRAD_CHROMIUM     the browser to use (else `chromium`, `chromium-browser` or `google-chrome` from the path)
MINIGRAD_REQUIRE_BROWSER  if set, a missing browser is a failure and no reason to skip
MINIGRAD_SCREENSHOTS  a folder that keeps the screenshots (else they go to pytest's temporary folder)
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import minigrad as mg
from visuals import to_html

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 60_000  # milliseconds: a slow machine is no failure


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    names = ("chromium", "chromium-browser", "google-chrome")
    program = os.environ.get("MINIGRAD_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if program is None:
        give_up = pytest.fail if os.environ.get("MINIGRAD_REQUIRE_BROWSER") else pytest.skip
        give_up(f"no Chromium: none of {', '.join(names)} is installed, and MINIGRAD_CHROMIUM is not set")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=ARGUMENTS, timeout=PATIENCE)
        yield browser
        browser.close()


class Stepper:
    """A stepper on a page, as a person sees it: by the names of its controls."""

    def __init__(self, page: Any, root: Any) -> None:
        self.page, self.root = page, root

    def button(self, name: str) -> Any:
        return self.root.get_by_role("button", name=name, exact=True)

    @property
    def slider(self) -> Any:
        return self.root.get_by_role("slider", name="Step", exact=True)

    @property
    def status(self) -> Any:
        return self.root.get_by_role("status")

    @property
    def counter(self) -> Any:
        return self.root.get_by_text(re.compile(r"^step \d+ of \d+$"))

    def button_of(self, name: str, within: Any = None) -> Any:
        """The button of the node of that name."""
        return (within or self.root).get_by_role("button", name=re.compile(rf"^{re.escape(name)},"))

    def node(self, name: str) -> Any:
        """The node of that name: its button, and what is written on it."""
        return self.root.locator(".mg-node").filter(has=self.button_of(name, self.page))

    def ledger(self, source: str, target: str) -> Any:
        """The text on the edge from one node to another."""
        ends = [self.node(name).get_attribute("data-id") for name in (source, target)]
        return self.root.locator('.mg-edge[data-source="{}"][data-target="{}"] .mg-ledger-text'.format(*ends))

    @property
    def last(self) -> int:
        return int(self.slider.get_attribute("max"))

    def step(self, times: int = 1) -> None:
        for _ in range(times):
            self.button("Step forward").click()

    def reaches(self, step: int) -> None:
        """Wait for a step: where there is a kernel, a busy one may answer a click late."""
        self.root.get_by_text(re.compile(rf"^step {step} of \d+$")).wait_for()

    def screen(self) -> str:
        """All that is shown, as markup: two equal states look equal in it."""
        shown = ".mg-graph, .mg-status, .mg-card, .mg-counter"
        return "\n".join(
            part.evaluate("element => element.outerHTML") for part in self.root.locator(shown).all()
        )


@pytest.fixture
def stepper_in() -> Callable[..., Stepper]:
    """The stepper in (a part of) a page."""

    def find(page: Any, within: Any = None) -> Stepper:
        root = (within or page).locator(".mg-stepper").first
        root.wait_for(timeout=PATIENCE)
        return Stepper(page, root)

    return find


@pytest.fixture
def shoot(tmp_path: Path) -> Callable[[Any, str], Path]:
    """Take a screenshot of the whole page."""
    folder = Path(os.environ.get("MINIGRAD_SCREENSHOTS") or tmp_path)

    def take(page: Any, name: str) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{name}.png", full_page=True)
        return folder / f"{name}.png"

    return take


def gates():
    """f = (x + y) z at (-2, 5, -4)."""
    x, y, z = (mg.tensor(v, requires_grad=True, name=n) for n, v in (("x", -2.0), ("y", 5.0), ("z", -4.0)))
    q = x + y
    f = q * z
    return mg.trace(f, names={"q": q, "f": f})


def fan():
    """y = x x + x at 3: x is used three times."""
    x = mg.tensor(3.0, requires_grad=True, name="x")
    y = x * x + x
    return mg.trace(y, names={"y": y})


def arrays():
    """A row that was broadcast over two rows, and a matrix product."""
    a, w = mg.tensor([[1.0, -2.0, 3.0], [0.5, 0.0, 4.0]], name="A"), mg.Parameter(np.ones((3, 40)), name="W")
    b = mg.Parameter(np.arange(3.0), name="b")
    total = a + b
    loss = np.sum(total @ w)
    return mg.trace(loss, names={"total": total, "loss": loss})


def product():
    """A matrix product whose Jacobians are small enough to be shown."""
    x = mg.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True, name="x")
    inner = x @ mg.Parameter(np.array([[1.0, -1.0], [0.5, 2.0]]), name="w")
    squashed = np.tanh(inner)
    loss = np.sum(squashed)
    inner.name, squashed.name, loss.name = "matmul", "tanh", "sum"
    return loss


def network():
    """Two layers with a ReLU between them."""
    rng = np.random.default_rng(0)
    net = mg.nn.Sequential(mg.nn.Linear(3, 2, rng=rng), mg.nn.ReLU(), mg.nn.Linear(2, 2, rng=rng))
    return mg.cross_entropy(net(mg.tensor(rng.normal(size=(1, 3)), name="X")), np.array([1]))


@pytest.fixture
def traces() -> dict[str, Callable[[], Any]]:
    """The small graphs by name."""
    return {"gates": gates, "fan": fan, "arrays": arrays, "product": product, "network": network}


@pytest.fixture
def show(chromium, tmp_path, stepper_in):
    """Open the page of a trace in a browser that has no network; watch for requests and errors."""
    contexts, troubles = [], []

    def open_page(trace, *, hash="", width=1280, text=None, title="f = (x + y) z", page=None, **options):
        context = chromium.new_context(viewport={"width": width, "height": 900}, **options)
        context.set_offline(True)
        contexts.append(context)
        wishes, page = page or {}, context.new_page()
        page.on("request", lambda r: r.url.startswith(("file:", "data:", "blob:")) or troubles.append(r.url))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: said.type in ("error", "warning") and troubles.append(said.text))
        file = tmp_path / f"page{len(contexts)}.html"
        if text is None:
            to_html(trace, file, title=title, **wishes)
        else:
            file.write_text(text, encoding="utf-8")
        page.goto(file.as_uri() + hash)
        return stepper_in(page) if options.get("java_script_enabled", True) else page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []
