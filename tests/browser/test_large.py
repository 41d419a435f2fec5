"""Graphs of a thousand nodes: a step takes less than a blink, and what is not on the screen is not drawn.

The page measures by its own clock; the figures are recorded (`record_property`) and printed, not asserted:
a machine that does ten things at once is no failure.
"""

from __future__ import annotations

import statistics

import numpy as np
import pytest

import minigrad as mg
from visuals.stepper import export

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# For each step: until the page has been told, until it is laid out, and until the next frame was painted.
CLOCK = """async ([from, count, by]) => {
  const slider = document.querySelector('.mg-slider');
  const frame = () => new Promise((next) => requestAnimationFrame(next));
  const told = [], painted = [];
  for (let k = 0; k < count; k++) {
    await frame();
    const start = performance.now();
    slider.value = String(from + k * by);
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    told.push(performance.now() - start);
    await frame();
    await new Promise((next) => setTimeout(next, 0));
    painted.push(performance.now() - start);
  }
  return [told, painted];
}"""


def knotted(nodes: int) -> mg.Tensor:
    """A graph of numbers in which nearly every one is used twice: 4 to 5 frames for each node."""
    made = [mg.Parameter(0.1 * (i + 1), name=f"x{i}") for i in range(4)]
    while len(made) < nodes:
        a, b, k = made[-1], made[max(0, len(made) - 7)], len(made)
        made.append(np.tanh(a) if k % 9 == 4 else a * b if k % 2 else a + b)
    return made[-1]


@pytest.fixture(scope="module")
def page_of_1000() -> str:
    run = mg.trace(knotted(998))
    assert 950 < len(run.nodes) <= 1000
    assert len(run.frames) > 4500
    return export.page(run)


@pytest.fixture
def large(show, page_of_1000):
    return show(None, text=page_of_1000)


def test_steps_and_scrubbing_are_measured_by_the_pages_own_clock(large, record_property):
    last = large.last
    ways = {"forward": (1, 40, 1), "backward": (last // 2, 40, 1), "scrub": (0, 60, last // 60)}
    for name, way in ways.items():
        told, painted = large.page.evaluate(CLOCK, list(way))
        figures = [statistics.median(told), statistics.median(painted), max(painted)]
        record_property(f"{name}: told, painted, worst (ms)", [round(x, 1) for x in figures])
        print(
            f"{name:8s} of {last} frames: told {figures[0]:.1f}, painted {figures[1]:.1f}, worst {figures[2]:.1f} ms"
        )
        assert large.counter.text_content() == f"step {way[0] + (way[1] - 1) * way[2]} of {last}"


def test_only_what_is_near_the_screen_is_drawn(large):
    far = "document.querySelectorAll('.mg-node.mg-far').length"
    nodes = large.root.locator(".mg-node").count()
    large.page.wait_for_function(f"{far} > 0.9 * {nodes}")
    for step in (large.last - 1, large.last // 2, 1):
        large.slider.fill(str(step))
        large.page.wait_for_timeout(300)  # the picture follows with the next frames
        seen = large.page.evaluate(
            """() => {
              const pane = document.querySelector('.mg-pane').getBoundingClientRect();
              const active = [...document.querySelectorAll('.mg-node.mg-active')];
              return active.every((node) => {
                const box = node.getBoundingClientRect();
                return box.width > 0 && box.left < pane.right && box.right > pane.left;
              });
            }"""
        )
        assert seen, f"what happens at step {step} is on the screen"
    large.button("Fit").click()
    large.page.wait_for_function(f"{far} < 0.9 * {nodes}")  # more fits on the screen


def test_what_is_far_can_be_reached_by_key_and_is_on_paper(large):
    large.page.wait_for_function("document.querySelector('.mg-far')")
    first = large.root.locator('.mg-node [tabindex="0"]')
    first.focus()
    for _ in range(30):
        large.page.keyboard.press("ArrowDown")
    there = large.page.evaluate("document.activeElement.closest('.mg-node').getBoundingClientRect().width")
    assert there > 0
    large.page.wait_for_timeout(300)
    assert large.page.evaluate("document.activeElement.closest('.mg-node') !== null"), (
        "nor does scrolling lose it"
    )
    large.page.emulate_media(media="print")
    hidden = "[...document.querySelectorAll('.mg-far')].filter((e) => getComputedStyle(e).display === 'none').length"
    assert large.page.evaluate(hidden) == 0


def test_small_graphs_are_drawn_entirely(show, traces):
    stepper = show(traces["arrays"](), width=400)
    stepper.slider.press("End")
    stepper.page.wait_for_timeout(100)
    assert stepper.root.locator(".mg-far").count() == 0


def test_all_steps_in_words_are_written_when_they_are_asked_for(large):
    assert large.root.locator(".mg-narration tbody tr").count() == 0
    large.root.get_by_text("All steps in words").click()
    large.root.locator(".mg-narration tbody tr").nth(large.last).wait_for()
