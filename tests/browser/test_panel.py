"""The node panel: the chain rule, typeset and as LaTeX; the lines of a rule; the Jacobian beside the message."""

from __future__ import annotations

import numpy as np
import pytest

import minigrad as mg

pytestmark = pytest.mark.browser


def text(locator) -> str:
    return locator.text_content()


def fan():
    """y = x x + x at 3: x is used three times."""
    x = mg.tensor(3.0, requires_grad=True, name="x")
    y = x * x + x
    y.name = "y"
    return y


def product():
    """A matrix product, summed."""
    x = mg.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True, name="x")
    loss = np.sum(x @ mg.Parameter(np.array([[1.0, -1.0], [0.5, 2.0]]), name="w"))
    loss.name = "loss"
    return loss


@pytest.fixture
def panel(show):
    """The panel of a node, at a step."""

    def open_panel(graph, node, step, **options):
        stepper = show(graph(), title=graph.__doc__, **options)
        stepper.slider.fill(str(step))
        stepper.button_of(node).press("Enter")
        return stepper, stepper.root.locator(".mg-card-node")

    return open_panel


def test_the_chain_rule_in_symbols_and_in_the_numbers_known_so_far(panel, shoot):
    stepper, card = panel(fan, "x", 0)
    upper, lower = card.locator("math").all()
    assert text(upper) == "∂y∂x=∂y∂y∂y∂x+∂y∂v1∂v1∂x1+∂y∂v1∂v1∂x2"
    assert text(lower) == "=?+?+?=?"
    assert "Here v₁ is ×." in text(card)
    stepper.slider.fill("6")
    assert text(card.locator("math").nth(1)) == "=1·1+?+?=?"
    stepper.slider.fill(str(stepper.last))
    assert text(card.locator("math").nth(1)) == "=1·1+1·3+1·3=7"
    assert upper.evaluate("math => math.namespaceURI") == "http://www.w3.org/1998/Math/MathML"
    assert upper.locator("mfrac").count() == 7
    shoot(stepper.page, "panel-light")


def test_the_formula_can_be_taken_to_a_slide(panel):
    stepper, card = panel(fan, "x", 12)
    card.get_by_role("button", name="Copy LaTeX").click()
    latex = card.get_by_label("LaTeX").input_value()
    assert latex.startswith(
        r"\frac{\partial y}{\partial x} = \frac{\partial y}{\partial y} \frac{\partial y}{\partial x} + "
    )
    assert latex.endswith("= 7")
    selected = stepper.page.evaluate("getSelection().toString() || document.activeElement.value")
    assert selected == latex
    stepper.page.keyboard.press("ArrowLeft")
    assert text(stepper.counter) == "step 12 of 12", "the field's own key"


def test_the_rule_and_the_jacobian_of_each_message(panel, shoot):
    stepper, card = panel(product, "x", 20, width=400, color_scheme="dark")
    assert text(card.locator("math").first) == "∂loss∂x=(∂v2∂x)⊤∂loss∂v2"
    more = card.get_by_text("rule and Jacobian")
    more.click()
    assert "minigrad.rules.contraction, line" in text(card)
    assert "return g @ y.T" in text(card.locator("pre"))
    cells = [text(cell) for cell in card.locator("details td").all()]
    assert cells[:16] == [
        "1",
        "0.5",
        "0",
        "0",
        "−1",
        "2",
        "0",
        "0",
        "0",
        "0",
        "1",
        "0.5",
        "0",
        "0",
        "−1",
        "2",
    ]
    assert cells[16:] == ["0", "2.5", "0", "2.5"], "Jᵀ g, for g = 1 everywhere"
    assert stepper.page.evaluate("document.documentElement.scrollWidth") <= 400
    shoot(stepper.page, "panel-dark-400")
    stepper.slider.press("ArrowLeft")
    stepper.slider.press("ArrowRight")
    assert card.locator("details").get_attribute("open") is not None, "it stays open"


def test_the_pattern_is_named(panel):
    _, card = panel(fan, "y", 12)
    assert "distributor: it hands its gradient on" in text(card)
    assert card.locator("math").count() == 0, "the backward pass starts here"
    assert card.get_by_role("button", name="Copy LaTeX").count() == 0


def test_names_are_text_in_formulas_too(show):
    evil = "<mi>x</mi>\\input{y}"
    x = mg.tensor(2.0, requires_grad=True, name=evil)
    stepper = show(x * 3.0, title="names")
    stepper.slider.press("End")
    stepper.root.locator(".mg-node").first.click()
    assert evil in [text(name) for name in stepper.root.locator("mi").all()]
    stepper.root.get_by_role("button", name="Copy LaTeX").click()
    assert r"\backslash input\{y\}" in stepper.root.get_by_label("LaTeX").input_value()
