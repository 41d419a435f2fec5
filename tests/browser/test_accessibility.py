"""axe-core finds nothing to complain about, in either theme, whatever the stepper shows.

MINIGRAD_AXE    the file axe.min.js of axe-core 4 (npm install axe-core); without it, these tests are skipped
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

import minigrad as mg

pytestmark = pytest.mark.browser

RULES = """axe.run(document, {
  rules: { 'label-content-name-mismatch': { enabled: true } },
  runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
})"""
PAGES = {
    "panel": ("product", {}),
    "watch": ("gates", {}),
    "arrays": ("arrays", {}),
    "messages": ("gates", {"mode": "predict"}),
    "cells": ("arrays", {"mode": "predict", "ask": ["b"]}),
    "debug": ("product", {"mode": "debug"}),
    "order": ("gates", {"mode": "predict", "ask": "order"}),
    "early": ("product", {"mode": "order", "order": ["tanh", "sum", "matmul"]}),
    "notes": ("gates", {"notes": {0: "Begin.", 11: "The end."}}),
    "modules": ("network", {}),
    "patterns": ("gates", {"mode": "predict", "ask": "patterns"}),
}


@pytest.fixture(scope="module")
def axe() -> str:
    """axe-core, as a script."""
    if not os.environ.get("MINIGRAD_AXE"):
        pytest.skip("MINIGRAD_AXE does not name a copy of axe-core")
    return Path(os.environ["MINIGRAD_AXE"]).read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_no_violations(show, traces, axe, name, scheme):
    graph, wishes = PAGES[name]
    stepper = show(traces[graph](), page=wishes, color_scheme=scheme, bypass_csp=True)
    stepper.slider.press("End")
    stepper.button("Help").click()
    stepper.root.locator(".mg-node").first.click()
    for more in stepper.root.locator("summary").all():
        more.click()
    for entry in stepper.root.locator(".mg-lens .mg-cell").all()[:1]:
        entry.click()
    if name == "modules":
        stepper.root.get_by_label("Modules").select_option("all folded")
    if name == "notes":
        stepper.slider.press("p")
    stepper.page.evaluate(axe)
    found = stepper.page.evaluate(RULES)["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_a_node_says_in_its_label_what_is_written_on_it(show, traces):
    """What can be seen on a node is beside its button: the label need not repeat it sign by sign."""
    stepper = show(traces["gates"]())
    stepper.slider.press("End")
    button = stepper.button_of("q")
    assert button.text_content() == ""
    assert button.get_attribute("aria-label") == "q, add: value 3, gradient −4"
    written = stepper.node("q").locator("text")
    assert {one.get_attribute("aria-hidden") for one in written.all()} == {"true"}


def wrong_and_compared():
    """A wrong rule, and another run beside it: every view of debug mode has something to show."""

    class Square(mg.Function):
        def forward(self, inputs):
            return inputs[0] ** 2

        def backward(self, inputs, output, output_diff):
            return [output_diff * inputs[0]]

    x, w = (mg.tensor(value, requires_grad=True, name=name) for value, name in ((3.0, "x"), (2.0, "w")))
    return Square()(np.tanh(x * w)) * w, np.tanh(x.detach() * w) * w


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", ["Checks", "Differences", "Paths", "Gradient sizes", "Tape memory"])
def test_no_violations_in_any_view_of_debug_mode(show, axe, view, scheme):
    loss, other = wrong_and_compared()
    stepper = show(loss, page={"mode": "debug", "compare": other}, color_scheme=scheme, bypass_csp=True)
    stepper.button(view).click()
    stepper.slider.press("End")
    for more in stepper.root.locator("summary").all():
        more.click()
    stepper.page.evaluate(axe)
    found = stepper.page.evaluate(RULES)["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
