"""Pictures in a real browser: no text is cut off, none covers another, in every theme. Measured in the page.

MINIGRAD_AXE    the file axe.min.js of axe-core 4 (npm install axe-core); without it, the last test is skipped
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import minigrad as mg
import visuals

pytestmark = pytest.mark.browser
nn = mg.nn


def ended(loss: Any) -> Any:
    """A result after its backward pass."""
    loss.name = "loss"
    loss.backward()
    return loss


def gates() -> Any:
    x, y, z = (mg.Parameter(value, name=name) for name, value in (("x", -2.0), ("y", 5.0), ("z", -4.0)))
    return ended((x + y) * z)


def mlp() -> Any:
    rng = np.random.default_rng(0)
    net = nn.Sequential(nn.Linear(8, 16, rng), nn.Tanh(), nn.Linear(16, 3, rng))
    return ended(mg.cross_entropy(net(mg.tensor(rng.normal(size=(4, 8)), name="x")), np.array([0, 1, 2, 0])))


def lenet() -> Any:
    rng = np.random.default_rng(0)
    net = nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2, rng=rng), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 16, 5, rng=rng), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(400, 120, rng), nn.ReLU(), nn.Linear(120, 84, rng), nn.ReLU(), nn.Linear(84, 10, rng)),
    )
    image = mg.tensor(rng.normal(size=(2, 1, 28, 28)), name="image")
    return ended(mg.cross_entropy(net(image), np.array([3, 7])))


def rnn() -> Any:
    rng = np.random.default_rng(0)
    w, u = (mg.Parameter(0.3 * rng.normal(size=(n, 8)), name=name) for n, name in ((8, "W"), (4, "U")))
    h = mg.tensor(np.zeros((1, 8)), name="h")
    for step in range(100):
        h = np.tanh(h @ w + mg.tensor(rng.normal(size=(1, 4)), name=f"x{step}") @ u)
    return ended(np.sum(h * h))


def siamese() -> Any:
    rng = np.random.default_rng(0)
    net = nn.Sequential(nn.Linear(6, 8, rng), nn.Tanh(), nn.Linear(8, 3, rng))
    one, other = (mg.tensor(rng.normal(size=(1, 6)), name=name) for name in ("one", "other"))
    apart = net(one) - net(other)
    return ended(np.sum(apart * apart))


def residual() -> Any:
    rng = np.random.default_rng(0)
    h = mg.tensor(rng.normal(size=(2, 6)), name="x")
    for block in range(3):
        w = mg.Parameter(0.4 * rng.normal(size=(6, 6)), name=f"W{block + 1}")
        h = h + mg.relu(h @ w + mg.Parameter(np.zeros(6), name=f"b{block + 1}"))
    return ended(np.sum(h * h))


PICTURES: dict[str, tuple[Callable[[], Any], dict[str, Any]]] = {
    "gates, messages": (gates, {"messages": True}),
    "mlp": (mlp, {}),
    "mlp, numbers": (mlp, {"values": "full"}),
    "mlp, downward": (mlp, {"direction": "TB", "messages": True}),
    "lenet": (lenet, {}),
    "rnn": (rnn, {}),
    "siamese": (siamese, {}),
    "siamese, messages": (siamese, {"messages": True}),
    "residual": (residual, {}),
    "residual, messages": (residual, {"messages": True}),
}
MEASURE = """() => {
  const svg = document.querySelector("svg.mg-graph"), found = [];
  const box = (part, cut = 0) => {
    const { left, top, right, bottom, height } = part.getBoundingClientRect();
    return { left, top: top + cut * height, right, bottom: bottom - cut * height };
  };
  const inside = (a, b, by) =>
    a.left >= b.left - by && a.right <= b.right + by && a.top >= b.top - by && a.bottom <= b.bottom + by;
  const cover = (a, b) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.5;
  const paper = box(svg);
  const all = [...svg.querySelectorAll("text")].filter((text) => text.textContent);
  // a font's own box is higher than its letters
  const measured = (text) => ({ text, css: text.getAttribute("class"), said: text.textContent, at: box(text, 0.14) });
  const texts = all.map(measured);
  for (const one of texts) {
    if (!inside(one.at, paper, 0)) found.push(`${one.said} is cut off`);
    const node = one.text.closest(".mg-node"), ledger = one.text.closest(".mg-ledger");
    const border = one.css === "mg-badge-text" ? null : node?.querySelector(".mg-shape");
    const around = ledger?.querySelector("rect") ?? border;
    if (around && !inside(one.at, box(around), 0.5)) found.push(`${one.said} leaves its box`);
  }
  texts.sort((a, b) => a.at.top - b.at.top);
  texts.forEach((one, i) => {
    for (let k = i + 1; k < texts.length && texts[k].at.top < one.at.bottom; k++) {
      if (cover(one.at, texts[k].at)) found.push(`${one.said} covers ${texts[k].said}`);
    }
  });
  const shapes = [...svg.querySelectorAll(".mg-node > .mg-shape")].map((shape) => ({ shape, at: box(shape) }));
  shapes.forEach((one, i) => {
    if (!inside(one.at, paper, 0)) found.push("a box is cut off");
    for (const other of shapes.slice(i + 1)) if (cover(one.at, other.at)) found.push("a box covers another");
    for (const text of texts) {
      if (!one.shape.parentNode.contains(text.text) && text.css !== "mg-badge-text" && cover(one.at, text.at))
        found.push(`a box covers ${text.said}`);
    }
  });
  return { found, texts: texts.length };
}"""


@pytest.fixture
def page(chromium: Any) -> Any:
    """An empty page of the size of a lecture hall's screen."""
    context = chromium.new_context(viewport={"width": 1920, "height": 1080})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark", "high-contrast"])
@pytest.mark.parametrize("name", PICTURES)
def test_no_text_is_cut_off_or_covered(page: Any, shoot: Callable, name: str, theme: str) -> None:
    loss, options = PICTURES[name]
    drawing = visuals.draw(loss(), theme=theme, **options)
    width = drawing.layout.width
    page.set_content(f'<body style="margin:0;width:{width}px">{drawing.svg}</body>')
    told = page.evaluate(MEASURE)
    shoot(page, f"picture {name} {theme}".replace(",", "").replace(" ", "-"))
    assert told["texts"] > 10
    assert told["found"] == []


def test_the_measure_finds_what_it_looks_for(page: Any) -> None:
    svg = visuals.draw(gates()).svg.replace(
        "grad −4", "a text much longer than there is room for in this box"
    )
    page.set_content(f'<body style="margin:0">{svg}</body>')
    found = "\n".join(page.evaluate(MEASURE)["found"])
    assert "leaves its box" in found
    assert "is cut off" in found
    moved = visuals.draw(gates()).svg.replace(">value −2<", ' dy="16">value −2<')
    page.set_content(f'<body style="margin:0">{moved}</body>')
    assert "value −2 covers grad −4" in page.evaluate(MEASURE)["found"]


@pytest.mark.parametrize(("theme", "paper"), [("light", 255), ("dark", 24), ("high-contrast", 255)])
def test_a_fixed_theme_does_not_follow_the_screen(page: Any, theme: str, paper: int) -> None:
    for screen in ("light", "dark"):
        page.emulate_media(color_scheme=screen)
        page.set_content(visuals.draw(gates(), theme=theme).svg)
        colour = page.evaluate("getComputedStyle(document.querySelector('.mg-background')).fill")
        assert int(colour.removeprefix("rgb(").split(",")[1]) == paper


def test_auto_follows_the_screen_also_in_lines_and_legend(page: Any) -> None:
    seen = []
    for screen in ("light", "dark"):
        page.emulate_media(color_scheme=screen)
        page.set_content(visuals.draw(gates()).svg)
        parts = (".mg-background", ".mg-legend-text", "[class^=mg-flow]", "[class$=-head]")
        seen.append([page.evaluate(f"getComputedStyle(document.querySelector('{p}')).fill") for p in parts])
    light, dark = seen
    assert [a != b for a, b in zip(light, dark, strict=True)] == [
        True,
        True,
        False,
        True,
    ]  # a line is not filled


def test_names_are_text_in_a_page(page: Any, tmp_path: Path) -> None:
    """A browser that reads the page finds no element and no handler that a name has brought."""
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    name = "</title></style></svg><img src=x onerror=alert(1)><script>alert(2)</script>"
    x = mg.Parameter(2.0, name=name)
    file = visuals.draw(ended(x * x)).save(tmp_path / "page.html")
    page.goto(file.as_uri())
    page.wait_for_timeout(200)
    assert dialogs == []
    assert page.locator("img, iframe, object, embed, link").count() == 0
    assert name in page.locator(".mg-node title").first.text_content()


@pytest.mark.parametrize("theme", ["light", "dark", "high-contrast"])
@pytest.mark.parametrize("name", ["gates, messages", "mlp", "siamese"])
def test_axe_finds_nothing(page: Any, tmp_path: Path, name: str, theme: str) -> None:
    if not os.environ.get("MINIGRAD_AXE"):
        pytest.skip("MINIGRAD_AXE does not name a copy of axe-core")
    loss, options = PICTURES[name]
    file = visuals.draw(loss(), theme=theme, **options).save(tmp_path / "page.html")
    page.goto(file.as_uri())
    page.evaluate(Path(os.environ["MINIGRAD_AXE"]).read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document)")["violations"]
    assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == []
