"""The stepper widget, seen from Python: what it sends to the browser, and what it refuses."""

import base64
import re

import numpy as np
import pytest
import traitlets

import minigrad as mg
from tests.visuals.views.builders import recurrent
from visuals import BackpropStepper, to_html
from visuals.layout import layout
from visuals.stepper import export


@pytest.fixture
def f():
    """f = (x + y) z at (-2, 5, -4)."""
    x, y, z = (mg.tensor(v, requires_grad=True, name=n) for n, v in (("x", -2.0), ("y", 5.0), ("z", -4.0)))
    return (x + y) * z


def test_it_holds_the_whole_run(f):
    stepper = BackpropStepper(f, names=None)
    assert stepper.trace == mg.trace(f).to_dict()
    assert (stepper.step, stepper.frame, len(stepper)) == (0, None, len(stepper.trace["frames"]))
    stepper.step = len(stepper)
    assert stepper.frame == stepper.trace["frames"][-1]
    assert stepper.sentence == stepper.trace["frames"][-1]["sentence"]


def test_every_message_of_the_lecture_example_is_on_its_edge(f):
    ledgers = re.findall(r'data-source="(\w+)".*?mg-ledger-text[^>]*>([^<]*)<', BackpropStepper(f).svg)
    names = {node["id"]: node["name"] for node in mg.trace(f).nodes}
    told = {(names[source], text) for source, text in ledgers}
    assert told == {("", "1 × −4 = −4"), ("z", "1 × 3 = 3"), ("x", "−4 × 1 = −4"), ("y", "−4 × 1 = −4")}


def test_a_trace_is_as_good_as_a_tensor(f):
    assert BackpropStepper(mg.trace(f)).trace == BackpropStepper(f, names=None).trace


def test_stepping_touches_no_gradient(f):
    BackpropStepper(f)
    assert f.grad is None


def test_variables_give_their_names_to_tensors_that_have_none():
    weight = mg.Parameter(2.0)
    doubled = weight * 2.0
    named = {node["name"] for node in BackpropStepper(doubled).trace["nodes"]}
    assert named == {"weight", "doubled"}
    assert {node["name"] for node in BackpropStepper(doubled, names=None).trace["nodes"]} == {""}
    assert "w" in {node["name"] for node in BackpropStepper(doubled, names={"w": weight}).trace["nodes"]}


def test_a_vector_is_stepped_with_the_gradient_that_is_given():
    x = mg.tensor([1.0, 2.0], requires_grad=True, name="x")
    stepper = BackpropStepper(x * 3.0, gradient=np.array([10.0, 0.0]))
    seed = next(frame for frame in stepper.trace["frames"] if frame["kind"] == "seed")
    assert [change["grad"]["values"] for change in seed["set"]["nodes"].values()] == [[10.0, 0.0]]


@pytest.mark.parametrize("wrong", [3.0, np.ones((2, 3)), "loss", None])
@pytest.mark.parametrize("caller", ["BackpropStepper", "to_html"])
def test_only_tensors_and_traces_can_be_stepped(wrong, caller, tmp_path):
    make = (
        BackpropStepper if caller == "BackpropStepper" else lambda given: to_html(given, tmp_path / "x.html")
    )
    with pytest.raises(
        TypeError, match=rf"{caller} shows the graph of a Tensor or a Trace, but got .*pass the result"
    ):
        make(wrong)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_mode_or_theme_is_told_what_there_is(f):
    with pytest.raises(ValueError, match=r"mode is 'watch' or 'predict' or .*, not 'guess'"):
        BackpropStepper(f, mode="guess")
    with pytest.raises(
        ValueError, match="theme is 'auto' or 'light' or 'dark' or 'high-contrast', not 'pink'"
    ):
        BackpropStepper(f, theme="pink")
    stepper = BackpropStepper(f)
    with pytest.raises(ValueError, match="theme is"):
        stepper.theme = "pink"


def test_steps_and_nodes_that_do_not_exist_are_refused(f):
    stepper = BackpropStepper(f)
    for wrong in (-1, len(stepper) + 1):
        with pytest.raises(traitlets.TraitError, match=rf"step goes from 0 .* to {len(stepper)}"):
            stepper.step = wrong
    with pytest.raises(traitlets.TraitError, match="no node 'q'; the ids are n0"):
        stepper.selected = "q"
    assert (stepper.step, stepper.selected) == (0, "")


def test_a_graph_that_nobody_could_follow_is_refused():
    x = total = mg.tensor(1.0, requires_grad=True)
    for _ in range(1000):
        total = total + x
    with pytest.raises(ValueError, match=r"1001 nodes; more than 1000 .* smaller part"):
        BackpropStepper(total)


def test_a_notebook_that_is_not_trusted_shows_the_picture(f):
    data, _ = BackpropStepper(f)._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "x" in data["text/plain"]
    image = re.fullmatch(
        r'<img src="data:image/svg\+xml;base64,([^"]+)" alt="[^"<]+" style="[^"]+">', data["text/html"]
    )
    picture = base64.b64decode(image[1]).decode()
    assert "1 × −4 = −4" in picture
    assert "grad 3" in picture


def test_names_of_users_are_no_markup():
    evil = '</script><img src=x onerror="alert(1)">'
    x = mg.tensor(1.0, requires_grad=True, name=evil)
    stepper = BackpropStepper(x * 2.0)
    page = export.page(mg.trace(x * 2.0), title=evil)
    for markup in (stepper.svg, stepper._repr_mimebundle_()[0]["text/html"], page):
        assert "<img src=x" not in markup
    assert page.count("</script>") == 2


def test_a_saved_picture_that_is_too_wide_is_broken_into_rows() -> None:
    x = mg.Parameter(0.5, name="x")
    y = x
    for _ in range(12):
        y = np.tanh(y)
    html = BackpropStepper(y)._repr_mimebundle_()[0]["text/html"]
    drawn = base64.b64decode(re.search(r"base64,([^\"]+)", html).group(1)).decode()
    wide, high = map(float, re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawn).groups())
    live = layout(mg.trace(y))
    assert live.width > 2 * wide
    assert live.height < high
    assert drawn.count('class="mg-ledger-text"') == 12
    assert "gradient along an edge" in drawn, "it is what draw shows after the backward pass"


def test_the_saved_picture_of_a_large_run_is_folded() -> None:
    html = BackpropStepper(recurrent(100))._repr_mimebundle_()[0]["text/html"]
    drawn = base64.b64decode(re.search(r"base64,([^\"]+)", html).group(1)).decode()
    assert len(html) < 100_000
    assert drawn.count('class="mg-node') < 30
    assert 'alt="Computation graph of sum: 606 nodes' in html
    assert "grad" in drawn
