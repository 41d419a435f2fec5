"""What predict mode asks: every question has the right answer, hints that lead to it, and hides it until then."""

import base64
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigrad as mg
from visuals import BackpropStepper, to_html
from visuals.stepper import export
from visuals.stepper.order import turns
from visuals.stepper.questions import questions


def gates():
    """f = (x + y) z at (-2, 5, -4)."""
    x, y, z = (mg.tensor(v, requires_grad=True, name=n) for n, v in (("x", -2.0), ("y", 5.0), ("z", -4.0)))
    q = x + y
    f = q * z
    return mg.trace(f, names={"q": q, "f": f})


def asked(found):
    """What each question is about, and its one right number."""
    return {question["about"]: question["cells"][0]["value"] for question in found}


def test_messages_are_asked_before_they_are_sent():
    run = gates()
    found = questions(run)
    assert asked(found) == {"f → q": -4, "f → z": 3, "q → x": -4, "q → y": -4}
    for question in found:
        frame = run.frames[question["step"]]
        assert (frame["kind"], frame["edge"]) == ("message", question["subject"])
        assert len(question["hints"]) == 3
    assert found[0]["hints"] == [
        "The rule of f for this argument is g * y, where g is the upstream gradient.",
        "The local factor is −4, and the upstream gradient is 1.",
        "upstream × local = 1 × −4 = ?",
    ]
    assert found[0]["mistakes"][0]["value"] == 1, "the upstream gradient itself"


def test_values_are_asked_before_they_appear():
    run = gates()
    found = questions(run, "values")
    assert asked(found) == {"q": 3, "f": -12}
    assert found[1]["hints"] == ["This node computes ×.", "What goes in: q = 3, z = −4.", "3 × −4 = ?"]
    assert [run.frames[question["step"]]["active"][0] for question in found] == [q["subject"] for q in found]


def test_the_gradient_of_a_node_is_asked_when_all_its_messages_have_arrived():
    x = mg.tensor(3.0, requires_grad=True, name="x")
    y = x * x + x
    found = questions(mg.trace(y, names={"y": y}), "gradients")
    assert asked(found) == {"y → ×": 1, "x": 7}
    assert found[1]["text"] == "All 3 messages into x have arrived. What is its gradient?"
    assert found[1]["hints"][2] == "1 + 3 + 3 = ?"
    assert {m["value"] for m in found[1]["mistakes"]} == {3, 4}


def test_nodes_can_be_chosen_by_name_or_as_tensors():
    assert asked(questions(gates(), ["x", "z"])) == {"q → x": -4, "f → z": 3}
    w = mg.Parameter(2.0, name="w")
    assert asked(questions(mg.trace(w * 5.0), [w])) == {"× 5 → w": 5}


def test_any_node_whose_gradient_is_complete_may_send():
    x = mg.tensor(2.0, requires_grad=True, name="x")
    left, right = np.sin(x), np.cos(x)
    run = mg.trace(left * right, names={"left": left, "right": right})
    first, second = questions(run, "order")
    names = {option["id"]: option["text"] for option in first["options"]}
    assert [names[i] for i in first["right"]] == ["×, whose value is −0.3784"]
    assert {names[m["value"]] for m in first["mistakes"]} == {"left", "right"}
    assert "right still waits for ×" in {m["says"].partition(":")[0] for m in first["mistakes"]}
    assert {names[i] for i in second["right"]} == {"left", "right"}, "both are right"


def test_patterns_are_those_of_the_functions():
    found = questions(gates(), "patterns")
    assert [(question["about"], question["right"]) for question in found] == [
        ("f", ["switcher"]),
        ("q", ["distributor"]),
    ]


def test_arrays_are_asked_cell_by_cell_and_large_ones_for_their_shape():
    a, w = mg.Parameter(np.ones((2, 3)), name="a"), mg.Parameter(np.ones((3, 40)), name="w")
    b = mg.Parameter(np.arange(20.0), name="b")
    small = questions(mg.trace(np.sum(a)), ["a"])[0]
    assert [cell["at"] for cell in small["cells"]] == [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]
    some = questions(mg.trace(np.sum(b * b)), "values")[0]
    assert [cell["at"][0] for cell in some["cells"]] == [0, 3, 7, 11, 15, 19]
    assert [cell["value"] for cell in some["cells"]] == [0, 9, 49, 121, 225, 361]
    large = questions(mg.trace(np.sum(a @ w)), ["w"])[0]
    assert (large["form"], large["right"]) == ("shape", [3, 40])
    assert "which shape" in large["text"]


def test_numbers_that_are_not_finite_can_be_asked_for():
    x = mg.tensor(0.0, requires_grad=True, name="x")
    with np.errstate(divide="ignore"):
        run = mg.trace(np.log(x))
    assert questions(run, "values")[0]["cells"][0]["value"] == "-inf"


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        ("guesses", r"ask is one of 'messages', 'values', .*or a list of nodes by name, .*not 'guesses'"),
        (3, "ask is one of .* not 3"),
        (["q2"], "no node called 'q2'; those with a name are 'x', 'y', 'q', 'z', 'f'"),
        (["f"], "'f' receives no message: the backward pass starts there"),
        ([], "the list is empty"),
    ],
)
def test_a_wish_that_cannot_be_met_is_told_what_there_is(ask, message):
    with pytest.raises(ValueError, match=message):
        questions(gates(), ask)


def test_a_run_without_anything_to_ask_says_so():
    plain = mg.trace(mg.tensor(2.0, name="x"))
    for ask in ("messages", "values", "gradients", "order", "patterns"):
        with pytest.raises(ValueError, match=f"nothing to ask for with ask='{ask}'"):
            questions(plain, ask)
    nameless = mg.trace(mg.tensor(2.0, requires_grad=True) * 2.0)
    with pytest.raises(ValueError, match="none of its nodes has a name"):
        questions(nameless, ["x"])


def test_modes_and_tolerances_are_checked(tmp_path):
    for make in (BackpropStepper, lambda run, **wish: to_html(run, tmp_path / "x.html", **wish)):
        with pytest.raises(ValueError, match=r'ask=\'values\' belongs to mode="predict"'):
            make(gates(), ask="values")
        with pytest.raises(ValueError, match=r"relative error .* not 5: 0.01 takes 2.97"):
            make(gates(), mode="predict", tolerance=5)
        with pytest.raises(ValueError, match=r"mode is 'watch' or 'predict' or .*, not 'quiz'"):
            make(gates(), mode="quiz")
    assert list(tmp_path.iterdir()) == []


def test_nothing_that_is_seen_without_script_tells_an_answer():
    stepper = BackpropStepper(gates(), mode="predict")
    data, _ = stepper._repr_mimebundle_()
    page = export.page(gates(), mode="predict", questions=stepper.questions)
    image = base64.b64decode(re.search('base64,([^"]+)', data["text/html"])[1]).decode()
    without_script = re.search("<noscript>(.*?)</noscript>", page, re.DOTALL)[1]
    for told in (data["text/plain"], image, without_script, re.sub('base64,[^"]+', "", data["text/html"])):
        assert "grad −4" not in told
        assert "grad 3" not in told
        assert "× −4 = −4" not in told
    assert "value −12" in image, "values are no answer here"
    hidden = BackpropStepper(gates(), mode="predict", ask="values")._repr_mimebundle_()[0]["text/html"]
    picture = base64.b64decode(re.search('base64,([^"]+)', hidden)[1]).decode()
    assert "−12" not in picture


def test_a_watching_stepper_can_begin_to_ask():
    stepper = BackpropStepper(gates())
    assert stepper.questions == []
    stepper.mode = "predict"
    assert len(stepper.questions) == 4


def test_the_score_counts_what_was_answered():
    stepper = BackpropStepper(gates(), mode="predict")
    first, second, third, _ = (question["id"] for question in stepper.questions)
    stepper.answers = {
        first: {"attempts": ["-4"], "right": True, "hints": 0, "seconds": 3.21},
        second: {"attempts": ["4", "3"], "right": True, "hints": 2, "seconds": 10.0},
        third: {"attempts": ["1"], "right": False, "hints": 3, "shown": True, "seconds": 1.0},
    }
    score = stepper.score()
    rows = score.pop("questions")
    assert score == {"asked": 4, "answered": 2, "first_try": 1, "hints": 5, "seconds": 14.2}
    assert [row["attempts"] for row in rows] == [["-4"], ["4", "3"], ["1"], []]
    assert [row["shown"] for row in rows] == [False, False, True, False]


@given(
    st.lists(
        st.tuples(st.sampled_from([np.add, np.multiply]), st.integers(0, 9), st.integers(0, 9)),
        min_size=1,
        max_size=9,
    )
)
def test_the_engine_itself_always_takes_a_node_that_may_send(calls):
    values = [mg.tensor(1.5, requires_grad=True), mg.tensor(-0.5, requires_grad=True)]
    for fun, i, j in calls:
        values.append(fun(values[i % len(values)], values[j % len(values)]))
    run = mg.trace(values[-1])
    edges = {edge["id"]: edge for edge in run.edges}
    for k, ready, waiting in turns(run):
        assert edges[run.frames[k]["edge"]]["target"] in ready
        assert not set(ready) & set(waiting)
