"""Debug mode in a browser: signs in the picture, the card with its views, keys, both themes, a telephone."""

from __future__ import annotations

import numpy as np
import pytest

import minigrad as mg

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DEBUG = {"mode": "debug"}


class Square(mg.Function):
    def forward(self, inputs):
        return inputs[0] ** 2

    def backward(self, inputs, output, output_diff):
        return [output_diff * inputs[0]]  # the 2 is missing


class Bias(mg.Function):
    def forward(self, inputs):
        return inputs[0] + inputs[1]

    def backward(self, inputs, output, output_diff):
        return [output_diff, output_diff]  # nothing undoes broadcasting


def wrong():
    """loss = (x w)² w, with a rule that forgets the 2."""
    x = mg.tensor(3.0, requires_grad=True, name="x")
    w = mg.tensor(2.0, requires_grad=True, name="w")
    y = Square()(x * w)
    y.name = "y"
    loss = y * w
    loss.name = "loss"
    return loss


def stopped():
    """A rule that returns the wrong shape."""
    x = mg.tensor(np.arange(6.0).reshape(2, 3), name="X")
    b = mg.Parameter(np.zeros(3), name="b")
    loss = np.sum(Bias()(np.tanh(x * mg.Parameter(0.5, name="w")), b))
    loss.name = "loss"
    return loss


def text(locator) -> str:
    return locator.text_content()


@pytest.fixture
def debug(show):
    def open_page(graph, **options):
        options.setdefault("page", DEBUG)
        stepper = show(graph(), title=graph.__doc__, **options)
        return stepper, stepper.root.get_by_role("group", name="Debug")

    return open_page


# The first wrong edge ------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_the_page_opens_at_the_first_wrong_edge(debug, shoot, scheme, width):
    stepper, card = debug(wrong, color_scheme=scheme, width=width)
    assert text(stepper.counter) == "step 10 of 14"
    assert text(stepper.status) == (
        "y sends ×: upstream 2 × local 6 = 12. ✗ This is wrong. Finite differences give 24."
    )
    assert "✗ First wrong edge: Square (y) → ×" in text(card)
    assert "is half as large as it should be" in text(card)
    assert [text(number) for number in card.locator(".mg-number").all()] == ["12", "24"]
    assert "The 2 edges before it are right" in text(card)
    assert stepper.page.evaluate("document.documentElement.scrollWidth") <= width
    shoot(stepper.page, f"debug-wrong-{scheme}-{width}")


def test_the_wrong_edge_is_not_marked_by_colour_alone(debug):
    stepper, _ = debug(wrong)
    line = stepper.root.locator(".mg-line.mg-wrong")
    assert line.count() == 1
    style = (
        "line => { const s = getComputedStyle(line); return [s.stroke, s.strokeDasharray, s.strokeWidth]; }"
    )
    stroke, dashes, width = line.evaluate(style)
    assert stroke == "rgb(179, 0, 27)"
    assert dashes != "none"
    assert float(width.removesuffix("px")) > 3
    assert [text(sign) for sign in stepper.root.locator(".mg-flag-wrong:not(.mg-off)").all()] == ["✗", "!"]


def test_what_is_spoiled_is_marked_when_the_wrong_message_arrives(debug):
    stepper, _ = debug(wrong)
    signs = stepper.root.locator(".mg-node .mg-flag-wrong:not(.mg-off)")
    stepper.slider.fill("9")
    assert signs.count() == 0
    assert stepper.button_of("w").get_attribute("aria-label") == "w, parameter: value 2, gradient 36"
    stepper.slider.press("End")
    assert signs.count() == 3
    for name in ("x", "w"):
        label = stepper.button_of(name).get_attribute("aria-label")
        assert label.endswith("wrong, because a wrong message went into it")
    stepper.slider.press("Home")
    assert stepper.button_of("x").get_attribute("aria-label").endswith("gradient not computed")


def test_buttons_and_keys_lead_to_the_edges(debug):
    stepper, card = debug(wrong)
    stepper.slider.press("Home")
    card.get_by_role("button", name="Go to step 10").click()
    assert text(stepper.counter) == "step 10 of 14"
    stepper.page.keyboard.press("ArrowLeft")
    assert text(stepper.counter) == "step 9 of 14", "← steps, wherever the focus is in the card"
    card.get_by_text("All edges, in the order").press("Enter")
    rows = card.get_by_role("region", name="All edges").locator("tbody tr")
    assert [text(row.locator("td").first) for row in rows.all()] == ["✓ right"] * 2 + ["✗ wrong"] + [
        "✓ right"
    ] * 2
    rows.first.get_by_role("button").press("Enter")
    assert text(stepper.counter) == "step 7 of 14"
    assert text(stepper.status).startswith("loss sends y")
    for focusable in card.locator("button, summary, [tabindex]").all():
        assert focusable.get_attribute("data-lm-suppress-shortcuts") == "true"


def test_the_rule_can_be_read_there(debug):
    _, card = debug(wrong)
    card.get_by_text("Its rule").click()
    assert "return [output_diff * inputs[0]]" in text(card.locator("pre"))


def test_a_backward_pass_that_fails_is_shown_up_to_there(debug, shoot):
    stepper, card = debug(stopped)
    assert text(stepper.status).startswith(
        "The backward pass stops here. The rule of Bias for its argument 1"
    )
    assert "✗ First wrong edge: Bias → b" in text(card)
    assert "sum it over the axes along which the input was broadcast" in text(card)
    assert stepper.root.locator(".mg-line.mg-wrong").count() == 1
    assert stepper.root.locator(".mg-edge.mg-sent").count() == 2
    shoot(stepper.page, "debug-stopped")


def test_a_graph_without_a_mistake_says_so(show, traces):
    stepper = show(traces["product"](), page=DEBUG)
    card = stepper.root.get_by_role("group", name="Debug")
    assert "No wrong edge." in text(card)
    assert text(stepper.counter).startswith("step 0 of")
    assert stepper.root.locator(".mg-flag").count() == 0


def test_outside_of_debug_mode_there_is_no_card(show, traces):
    stepper = show(traces["gates"]())
    assert stepper.root.locator(".mg-debug").is_hidden()


def test_names_are_no_markup_in_the_card_either(show):
    evil = '<img src=x onerror="alert(1)">'
    x = mg.tensor(3.0, requires_grad=True, name=evil)
    stepper = show(Square()(x), title="names", page=DEBUG)
    assert evil in text(stepper.root.locator(".mg-debug"))
    assert stepper.root.locator("img").count() == 0


# Another run laid over this one --------------------------------------------------------------------------


def two_runs(cut=True):
    """loss = (h v + w)², with h detached, over the same without."""

    def build(cut):
        x = mg.tensor(0.5, name="x")
        w, v = (mg.tensor(value, requires_grad=True, name=name) for value, name in ((2.0, "w"), (-1.0, "v")))
        h = np.tanh(w * x)
        loss = ((h.detach() if cut else h) * v + w) ** 2
        loss.name = "loss"
        return loss

    return build(cut), build(not cut)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_what_differs_is_marked_in_the_picture_and_told(show, shoot, scheme, width):
    after, before = two_runs()
    stepper = show(after, page={"compare": before}, color_scheme=scheme, width=width, title="with a detach")
    card = stepper.root.get_by_role("group", name="Debug")
    assert "6 differences to the other run" in text(card)
    assert "A detach, or an array in between?" in text(card)
    signs = [text(sign) for sign in stepper.root.locator(".mg-flag").all()]
    assert sorted(signs) == ["−", "−", "≠", "≠", "≠"]
    assert stepper.button_of("x").get_attribute("aria-label") == (
        "x, static data: value 0.5, gradient not computed, only in the other run"
    )
    stepper.slider.press("End")
    assert text(stepper.status).endswith("≠ In the other run: w 1.957.")
    assert "value 0.5" in text(stepper.node("x")), "the numbers of the other run stay there"
    assert stepper.page.evaluate("document.documentElement.scrollWidth") <= width
    shoot(stepper.page, f"debug-diff-{scheme}-{width}")


def test_a_difference_leads_to_where_it_is(show):
    after, before = two_runs()
    stepper = show(after, page={"compare": before})
    card = stepper.root.get_by_role("group", name="Debug")
    table = card.get_by_role("region", name="Differences")
    head = [text(cell) for cell in table.locator("thead th").all()]
    assert head == ["where", "what", "this run", "other run"]
    row = table.locator("tbody tr").filter(has_text="gradient").first
    assert [text(cell) for cell in row.locator("th, td").all()] == ["w", "gradient", "2.477", "1.957"]
    row.get_by_role("button", name="w").press("Enter")
    assert text(stepper.counter) == "step 10 of 12"
    assert stepper.button_of("w").get_attribute("aria-pressed") == "true"
    assert row.get_by_role("button", name="w").get_attribute("aria-current") == "true"
    card.get_by_role("button", name="Go to the first").click()
    assert text(stepper.counter) == "step 1 of 12"


def test_ghosts_never_compute_anything(show):
    stepper = show(two_runs()[0], page={"compare": two_runs()[1]})
    before = text(stepper.node("x"))
    stepper.step(6)
    assert text(stepper.node("x")) == before
    assert stepper.root.locator(".mg-ghost.mg-active").count() == 0


# Paths against reverse mode ------------------------------------------------------------------------------


def fan():
    """f = (x y)² + x at (3, 2)."""
    x, y = (mg.tensor(value, requires_grad=True, name=name) for value, name in ((3.0, "x"), (2.0, "y")))
    q = x * y
    q.name = "q"
    f = q * q + x
    f.name = "f"
    return f


@pytest.fixture
def view(debug):
    """Debug mode with one of its views open."""

    def open_view(graph, name, **options):
        stepper, card = debug(graph, **options)
        card.get_by_role("button", name=name, exact=True).click()
        return stepper, card

    return open_view


def on_path(stepper) -> list[str]:
    edges = stepper.root.locator(".mg-edge.mg-path").all()
    return sorted(edge.get_attribute("data-id") for edge in edges)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_one_path_after_the_other(view, shoot, scheme, width):
    stepper, card = view(fan, "Paths", color_scheme=scheme, width=width)
    told = card.locator(".mg-told")
    assert text(told) == "Path 1 of 3: x → q →₁ × → f. Product: 1 × 1 × 6 × 2 = 12. Sum so far: 12."
    assert told.get_attribute("aria-live") == "polite"
    first = on_path(stepper)
    assert len(first) == 3
    card.get_by_role("button", name="Next path").click()
    assert text(told).startswith("Path 2 of 3: x → q →₂ × → f.")
    assert on_path(stepper) != first
    card.get_by_role("button", name="Next path").click()
    assert text(told) == "Path 3 of 3: x → f. Product: 1 × 1 = 1. Sum so far: 25."
    assert "Reverse mode gives 25." in text(card)
    card.get_by_role("button", name="Next path").press("Enter")
    assert on_path(stepper) == first, "after the last comes the first"
    assert stepper.page.evaluate("document.documentElement.scrollWidth") <= width
    shoot(stepper.page, f"debug-paths-{scheme}-{width}")


def test_what_all_paths_cost_beside_reverse_mode(view):
    _, card = view(fan, "Paths")
    rows = card.get_by_role("region", name="Cost").locator("tbody tr").all()
    assert [[text(cell) for cell in row.locator("th, td").all()][:2] for row in rows] == [
        ["path by path", "7"],
        ["reverse mode", "5"],
        ["reverse mode, all gradients", "6"],
    ]


def test_another_leaf_and_a_path_by_its_name(view):
    stepper, card = view(fan, "Paths")
    leaves = card.get_by_role("combobox", name="Leaf")
    assert [text(option) for option in leaves.locator("option").all()] == ["x (3)", "y (2)"]
    leaves.select_option(label="y (2)")
    assert text(card.locator(".mg-told")).startswith("Path 1 of 2: y → q")
    row = card.get_by_role("region", name="Paths").get_by_role("button").nth(1)
    row.press("Enter")
    assert row.get_attribute("aria-current") == "true"
    assert text(card.locator(".mg-told")).startswith("Path 2 of 2: y → q →₂ ×")
    stepper.page.keyboard.press("ArrowRight")
    assert text(stepper.counter) == "step 1 of 17", "← and → step, here too"


def test_more_paths_than_are_listed(view):
    def diamonds():
        """70 diamonds in a chain."""
        y = mg.tensor(0.5, requires_grad=True, name="x")
        for _ in range(70):
            y = np.sin(y) + np.cos(y)
        return y

    _, card = view(diamonds, "Paths")
    assert "1,180,591,620,717,411,303,424 (about 10²¹) paths" in text(card)
    assert "The first 10 of 1,180,591" in text(card)


def test_the_path_goes_when_another_view_is_opened(view):
    stepper, card = view(fan, "Paths")
    assert on_path(stepper)
    card.get_by_role("button", name="Checks", exact=True).click()
    assert on_path(stepper) == []
    assert stepper.root.locator(".mg-one-path").count() == 0


# The thermometer and the tape ----------------------------------------------------------------------------


def deep():
    """tanh of tanh of tanh, times small weights."""
    h = mg.tensor([[0.5, -1.0]], requires_grad=True, name="h0")
    for k in range(4):
        h = np.tanh(h @ mg.Parameter(np.eye(2) * 0.05, name=f"W{k}"))
    loss = np.sum(h)
    loss.name = "loss"
    return loss


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_the_thermometer_rises_as_gradients_arrive(view, shoot, scheme, width):
    stepper, card = view(deep, "Gradient sizes", color_scheme=scheme, width=width)
    table = card.get_by_role("region", name="Gradient sizes")

    def norms():
        return [text(row.locator("td").nth(1)) for row in table.locator("tbody tr").all()]

    def widths():
        return [bar.bounding_box()["width"] for bar in table.locator(".mg-level").all()]

    stepper.slider.press("Home")
    assert set(norms()) == {"—"}
    assert set(widths()) == {0}
    stepper.slider.press("End")
    assert "—" not in norms()
    sizes = widths()
    assert sizes[1:] == sorted(sizes[1:], reverse=True)
    assert sizes[1] > 60
    assert sizes[-1] < 0.05 * sizes[1]
    assert norms()[:2] == ["1", "1.414"]
    assert "the gradient vanishes on its way" in text(card)
    assert stepper.page.evaluate("document.documentElement.scrollWidth") <= width
    shoot(stepper.page, f"debug-sizes-{scheme}-{width}")


def test_another_run_stands_beside_it(show):
    stepper = show(deep(), page={"mode": "debug", "compare": deep() * 1.0})
    card = stepper.root.get_by_role("group", name="Debug")
    card.get_by_role("button", name="Gradient sizes").click()
    assert "norm, other run" in text(card)
    assert card.locator(".mg-level-other").count() == card.locator(".mg-level").count() / 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_the_tape_follows_the_step(view, shoot, scheme, width):
    stepper, card = view(deep, "Tape memory", color_scheme=scheme, width=width)
    told, signs = card.locator(".mg-told"), stepper.root.locator(".mg-flag-tape:not(.mg-off)")
    stepper.slider.press("Home")
    assert text(told) == "At step 0 the tape holds 0 arrays, 0 bytes; gradients take 0 bytes."
    assert signs.count() == 0
    seed = int(stepper.root.locator(".mg-slider").get_attribute("max")) - 13
    stepper.slider.fill(str(seed))
    assert text(told).startswith(f"At step {seed} the tape holds 4 arrays, 64 bytes;")
    assert signs.count() == 4
    shoot(stepper.page, f"debug-tape-{scheme}-{width}")
    stepper.slider.press("End")
    assert "the tape holds 0 arrays, 0 bytes; gradients take 144 bytes" in text(told)
    assert card.locator(".mg-now").get_attribute("x") == str(stepper.last)
    assert stepper.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_click_on_the_curve_goes_to_the_step(view):
    stepper, card = view(deep, "Tape memory")
    chart = card.locator(".mg-chart")
    box = chart.bounding_box()
    chart.click(position={"x": box["width"] - 2, "y": 20})
    assert text(stepper.counter) == f"step {stepper.last} of {stepper.last}"
    chart.click(position={"x": 1, "y": 20})
    assert text(stepper.counter) == f"step 0 of {stepper.last}"


def test_the_focus_stays_in_the_table_while_stepping(view):
    stepper, card = view(deep, "Tape memory")
    card.get_by_role("region", name="On the tape now").focus()
    for k in range(1, 8):
        stepper.page.keyboard.press("ArrowRight")
        assert text(stepper.counter) == f"step {k} of {stepper.last}"


def test_the_names_of_the_views_are_buttons_that_say_which_is_open(view):
    stepper, card = view(fan, "Tape memory")
    buttons = card.get_by_role("group", name="What to look at").get_by_role("button").all()
    pressed = {text(button): button.get_attribute("aria-pressed") for button in buttons}
    assert pressed == {"Checks": "false", "Paths": "false", "Gradient sizes": "false", "Tape memory": "true"}
    for focusable in stepper.root.locator(".mg-debug").locator("button, select, summary, [tabindex]").all():
        assert focusable.get_attribute("data-lm-suppress-shortcuts") == "true"
