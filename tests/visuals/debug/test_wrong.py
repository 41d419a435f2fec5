"""The first wrong edge, as a person meets it: the report, the stepper, and what a failed gradient check offers."""

from __future__ import annotations

import base64
import html
import re
import sys
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest
import traitlets

import minigrad as mg
from visuals import BackpropStepper, to_html
from visuals.debug import first_wrong_edge


class Square(mg.Function):
    def forward(self, inputs):
        return inputs[0] ** 2

    def backward(self, inputs, output, output_diff):
        return [output_diff * inputs[0]]  # the 2 is missing


class Negative(mg.Function):
    def forward(self, inputs):
        return -inputs[0]

    def backward(self, inputs, output, output_diff):
        return [output_diff[:1]]


@pytest.fixture
def two_mistakes():
    """Two wrong rules: on the way back, the one nearer to the loss comes first."""
    x = mg.tensor([1.0, 2.0], requires_grad=True, name="x")
    inner = Square()(x)
    outer = Square()(inner + 1.0)
    return np.sum(outer), inner, outer


def test_the_first_is_the_first_on_the_way_back(two_mistakes):
    loss, inner, outer = two_mistakes
    report = first_wrong_edge(loss, names={"inner": inner, "outer": outer})
    assert report.first.about == "Square (outer) → + 1"
    assert [check.about for check in report.checks if check.verdict == "wrong"] == [
        "Square (outer) → + 1",
        "Square (inner) → x",
    ]
    assert "is half as large as it should be" in report.first.diagnosis
    text = str(report)
    assert text == repr(report)
    assert text.startswith("First wrong edge: Square (outer) → + 1, at step 8 of 11.")
    assert "The edge before it is right, so what it received is right" in text
    assert text.endswith("4 edges checked: 2 right, 2 wrong.")


def test_variables_name_the_nodes():
    x = mg.tensor(2.0, requires_grad=True)
    y = Square()(x)
    assert first_wrong_edge(y).first.about == "Square (y) → x"


def test_a_graph_without_a_mistake():
    x = mg.tensor(2.0, requires_grad=True, name="x")
    report = first_wrong_edge(np.sin(x) * x)
    assert report.first is None
    assert str(report).startswith("No wrong edge: every rule that could be checked")
    assert "3 edges checked: 3 right, 0 wrong; worst error" in str(report)
    assert report.stepper.step == 0


def test_an_edge_that_could_not_be_checked_is_told_with_the_reason():
    with np.errstate(divide="ignore"):
        report = first_wrong_edge(np.sum(np.log(mg.tensor([0.0], requires_grad=True, name="x"))))
    assert "0 right, 0 wrong, 2 could not be checked." in str(report)
    assert "ln → x: Its numbers are not finite here" in str(report)


def test_the_stepper_opens_at_the_wrong_message_and_says_so(two_mistakes):
    stepper = first_wrong_edge(two_mistakes[0], names=None).stepper
    assert stepper.step == 8
    assert stepper.frame["edge"] == stepper.findings["checks"]["first"]
    assert stepper.sentence.endswith("✗ This is wrong. Finite differences give 2 numbers, mean 7.")
    assert stepper.frozen.startswith("While a run is looked into")
    assert stepper.view == "checks"
    checks = stepper.findings["checks"]
    names = {node["id"]: node["name"] or node["op"] for node in stepper.trace["nodes"]}
    assert {names[i]: step for i, step in checks["spoiled"].items()} == {"add": 8, "Square": 9, "x": 10}
    other = [f["sentence"] for f in stepper.trace["frames"] if "wrong" not in f["sentence"]]
    assert len(other) == len(stepper) - 2


def test_a_backward_pass_that_fails_still_has_a_picture():
    x = mg.tensor([1.0, 2.0], requires_grad=True, name="x")
    loss = np.sum(np.exp(Negative()(x)))
    with pytest.raises(ValueError, match="returned a gradient of shape"):
        mg.trace(loss)
    report = first_wrong_edge(loss)
    assert report.first.about == "Negative → x"
    assert "wrong shape" in report.first.diagnosis
    assert isinstance(report.error, ValueError)
    assert report.stepper.step == len(report.stepper)
    assert report.stepper.sentence.startswith("The backward pass stops here. The rule of Negative")


def test_a_notebook_shows_the_stepper_and_a_terminal_the_text(two_mistakes):
    report = first_wrong_edge(two_mistakes[0])
    data, _ = report._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/html"].startswith("<img src=")
    assert data["text/plain"] == str(report)
    assert "<pre" in data["text/html"], "for a notebook that is not trusted"
    assert "First wrong edge: Square → + 1" in html.unescape(data["text/html"])


def test_a_picture_that_stands_still_is_marked_too(two_mistakes, tmp_path):
    stepper = BackpropStepper(two_mistakes[0], mode="debug")
    image = re.search(r"base64,([^\"]+)", stepper._repr_mimebundle_()[0]["text/html"])[1]
    still = base64.b64decode(image).decode()
    page = to_html(two_mistakes[0], tmp_path / "x.html", mode="debug").read_text(encoding="utf-8")
    for picture in (still, re.search("<noscript>(.*?)</noscript>", page, re.DOTALL)[1]):
        assert picture.count("✗") == 2
        assert picture.count("stroke-dasharray:5 4") == 2
    ElementTree.fromstring(still)
    plain = BackpropStepper(two_mistakes[0])._repr_mimebundle_()[0]["text/html"]
    assert "✗" not in base64.b64decode(re.search(r"base64,([^\"]+)", plain)[1]).decode()


def test_two_runs_are_marked_in_a_still_picture():
    w = mg.tensor(2.0, requires_grad=True, name="w")
    loss, other = np.tanh(w) * w, np.tanh(w).detach() * w
    stepper = BackpropStepper(loss, compare=other, names=None)
    still = base64.b64decode(
        re.search(r"base64,([^\"]+)", stepper._repr_mimebundle_()[0]["text/html"])[1]
    ).decode()
    assert "≠" in still
    ElementTree.fromstring(still)


@pytest.mark.parametrize("wrong", [3.0, "loss", ValueError("x")])
def test_what_has_no_graph_is_refused(wrong):
    with pytest.raises(
        TypeError, match=r"first_wrong_edge looks at the graph of a Tensor.*first_wrong_edge\(loss\)"
    ):
        first_wrong_edge(wrong)


def test_without_a_failed_check_there_is_nothing_to_look_at(monkeypatch):
    monkeypatch.delattr(sys, "last_value", raising=False)
    with pytest.raises(TypeError, match="got nothing, and no such error was shown last"):
        first_wrong_edge()


# From a failed gradient check ---------------------------------------------------------------------------


def failed() -> BaseException:
    with pytest.raises(mg.GradientError) as caught:
        mg.gradcheck(lambda a, b: np.sum(Square()(a) * b), [[1.0, 2.0], [3.0, 4.0]], names=["a", "b"])
    return caught.value


def test_a_failed_check_carries_its_graph(monkeypatch):
    error = failed()
    assert first_wrong_edge(error).first.about == "Square → a"
    monkeypatch.setattr(sys, "last_value", error, raising=False)
    assert first_wrong_edge().first.about == "Square → a"
    assert not hasattr(error, "__notes__"), "in a terminal there is no picture to offer"


def test_in_a_notebook_it_offers_the_picture(monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: object()))
    assert failed().__notes__ == ["To see which edge is wrong: import visuals; visuals.first_wrong_edge()"]


def test_a_rule_that_fails_in_a_check_carries_its_graph_too():
    with pytest.raises(ValueError, match="returned a gradient of shape") as caught:
        mg.gradcheck(lambda x: np.exp(Negative()(x)), [[1.0, 2.0]])
    assert first_wrong_edge(caught.value).first.about == "Negative → input 0"


# The mode of the stepper --------------------------------------------------------------------------------


def test_a_trace_has_no_rules_to_try(two_mistakes, tmp_path):
    run = mg.trace(two_mistakes[0])
    with pytest.raises(
        TypeError, match=r'a Trace has only what they have sent.*BackpropStepper\(loss, mode="debug"\)'
    ):
        BackpropStepper(run, mode="debug")
    with pytest.raises(TypeError, match="to_html"):
        to_html(run, tmp_path / "x.html", mode="debug")
    with pytest.raises(TypeError, match="BackpropStepper shows the graph of a Tensor"):
        BackpropStepper(3.0, mode="debug")


def test_a_stepper_that_has_not_looked_cannot_begin_to(two_mistakes):
    stepper = BackpropStepper(two_mistakes[0])
    assert stepper.findings == {}
    with pytest.raises(traitlets.TraitError, match="has not looked into its graph"):
        stepper.mode = "debug"
    debugging = BackpropStepper(two_mistakes[0], mode="debug")
    debugging.mode = "watch"
    debugging.mode = "debug"
