"""A backward pass in an order of one's own: right where it is topological, and wrong in the way that theory says."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from visuals import BackpropStepper, to_html
from visuals.stepper import order as turns
from visuals.stepper import to_iframe
from visuals.stepper.early import in_order, senders, senders_of
from visuals.stepper.rerun import Rerun


def diamond():
    """z = y + u, u = y x, y = x x at 3: y is used twice."""
    x = mg.tensor(3.0, requires_grad=True, name="x")
    y = x * x
    u = y * x
    z = y + u
    y.name, u.name, z.name = "y", "u", "z"
    return z


def arrays():
    """A bias that was broadcast, a matrix that is used twice."""
    w, b = mg.Parameter([[1.0, -2.0], [0.5, 3.0]], name="w"), mg.Parameter([0.1, 0.2], name="b")
    h = np.tanh(w @ w + b)
    loss = np.sum(h * h + b)
    return loss


def prepared(y, gradient=None):
    run = mg.trace(y, gradient)
    return Rerun(y, run, gradient), run


def leaves(run):
    """The last gradient of each leaf, by name."""
    last = {}
    for frame in run.frames:
        for i, change in frame["set"].get("nodes", {}).items():
            last[i] = change.get("grad") or last.get(i)
    return {n["name"]: last[n["id"]] for n in run.nodes if n["kind"] == "parameter"}


def test_the_right_order_gives_the_run_itself():
    for make in (diamond, arrays):
        live, run = prepared(make())
        again, verdict = in_order(live, run, senders(run))
        assert leaves(again) == leaves(run)
        assert (verdict["early"], verdict["right"]) == ([], {})
        kinds = [(f["kind"], f["active"], f["sentence"]) for f in run.frames]
        assert [(f["kind"], f["active"], f["sentence"]) for f in again.frames] == kinds


def test_a_gradient_that_left_too_early_misses_what_came_later():
    """y sends 1 and not 1 + x, so x gets 2x·1 + x² = 15 instead of 3x² + 2x = 33."""
    live, run = prepared(diamond())
    wrong, verdict = in_order(live, run, senders_of(live, run, ["z", "y", "u"]))
    assert leaves(wrong)["x"]["scalar"] == 15.0
    assert leaves(run)["x"]["scalar"] == 33.0
    names = {n["name"]: n["id"] for n in run.nodes}
    [early] = verdict["early"]
    assert (early["node"], early["waits"]) == (names["y"], [names["u"]])
    assert wrong.frames[early["step"] - 1]["sentence"] == (
        "y sends x: upstream 1 × local 3 = 3. Too early: y still waits for u."
    )
    assert {i: s["scalar"] for i, s in verdict["right"].items()} == {names["x"]: 33.0}
    assert verdict["says"] == "y left before u had sent to it, so what it handed on was incomplete."
    assert wrong.frames[-1]["sentence"] == "Done, but wrong: ∂z/∂x = 15, and should be 33."
    late = [f["sentence"] for f in wrong.frames if "Too late" in f["sentence"]]
    assert late == ["u sends y: upstream 1 × local 3 = 3. Too late: y has already sent."]
    assert leaves(wrong) != leaves(run)


@pytest.mark.parametrize("make", [diamond, arrays])
def test_an_order_is_right_exactly_if_every_node_waited(make):
    live, run = prepared(make())
    able = senders(run)
    users = {i: set() for i in able}
    for edge in run.edges:
        if edge["source"] in users and edge["target"] in users:
            users[edge["source"]].add(edge["target"])
    for order in itertools.islice(itertools.permutations(able), 200):
        topological = all(order.index(user) < order.index(i) for i in able for user in users[i])
        wrong, verdict = in_order(live, run, order)
        assert (not verdict["early"]) == topological
        if topological:
            assert {k: v["text"] for k, v in leaves(wrong).items()} == {
                k: v["text"] for k, v in leaves(run).items()
            }
        assert [f["kind"] for f in wrong.frames].count("message") == [f["kind"] for f in run.frames].count(
            "message"
        )
        assert len(wrong.frames) == len(run.frames), "a step is a step"


@settings(deadline=None, max_examples=30)
@given(st.randoms(use_true_random=False))
def test_every_order_of_the_turns_that_may_be_taken_is_right(random):
    live, run = prepared(arrays())
    left, taken = senders(run), []
    waits = {i: set() for i in left}
    for edge in run.edges:
        if edge["source"] in waits and edge["target"] in waits:
            waits[edge["source"]].add(edge["target"])
    while left:
        ready = [i for i in left if waits[i] <= set(taken)]
        taken.append(random.choice(ready))
        left.remove(taken[-1])
    assert in_order(live, run, taken)[1]["early"] == []
    assert next(turns.turns(run))[1] == [senders(run)[0]]


def test_the_seed_may_be_given():
    x = mg.tensor([1.0, 2.0], requires_grad=True, name="x")
    y = x * x
    live, run = prepared(y, np.array([10.0, 1.0]))
    again, _ = in_order(live, run, senders(run))
    assert leaves(again)["x"]["values"] == [20.0, 4.0]


def test_a_node_may_be_named_in_three_ways():
    z = diamond()
    live, run = prepared(z)
    names = {n["name"]: n["id"] for n in run.nodes}
    expected = [names[n] for n in "zuy"]
    assert senders_of(live, run, ["z", names["u"], "y"]) == expected
    assert senders_of(live, run, [z, "u", "y", "x"]) == expected, "leaves have nobody to send to"
    assert senders_of(live, run, None) == expected


@pytest.mark.parametrize(
    ("order", "message"),
    [
        (["z", "y"], "order: 'u' must send too; all that send are 'z', 'u', 'y'"),
        (["z", "y", "u", "z"], "'z' stands there twice; a node sends its messages once"),
        (["z", "q"], "this graph has no node 'q'; those that send messages are 'z', 'u', 'y'"),
        ("zyu", "order is a list of nodes: 'z', 'u', 'y'; by name, by id or as Tensors, not 'zyu'"),
        ([mg.tensor(1.0)], r"this graph has no node tensor\(1.\)"),
    ],
)
def test_orders_that_are_none_are_refused(order, message, tmp_path):
    makers = [
        lambda z: BackpropStepper(z, mode="order", order=order),
        lambda z: to_html(z, tmp_path / "x.html", mode="order", order=order),
        lambda z: to_iframe(z, mode="order", order=order),
    ]
    for make in makers:
        with pytest.raises(ValueError, match=message):
            make(diamond())
    assert list(tmp_path.iterdir()) == []


def test_nodes_without_a_name_are_told_by_their_ids():
    x = mg.tensor(3.0, requires_grad=True, name="x")
    with pytest.raises(ValueError, match=r"'n\d' \(×\), 'n\d' \(×\)"):
        BackpropStepper(x * x * x, mode="order", order=["f"], names=None)


def test_an_order_needs_its_mode_and_a_graph():
    with pytest.raises(ValueError, match=r"belongs to mode=\"order\"; this is mode='watch'"):
        BackpropStepper(diamond(), order=["z"])
    with pytest.raises(ValueError, match="make the stepper from the Tensor, not from a recorded run"):
        BackpropStepper(mg.trace(diamond()), mode="order")


def test_functions_with_several_results_are_refused():
    x = mg.Parameter([[2.0, 1.0], [1.0, 3.0]], name="x")
    values, vectors = np.linalg.eigh(x)
    with pytest.raises(mg.UsageError, match="has several results; take a graph without it"):
        BackpropStepper(np.sum(values) + np.sum(vectors**2), mode="order")


def test_the_widget_runs_the_order_that_the_page_asks_for():
    stepper = BackpropStepper(diamond(), mode="order", order=["z", "y", "u"])
    picture = stepper.svg
    stepper.step = len(stepper)
    assert stepper.sentence == "Done, but wrong: ∂z/∂x = 15, and should be 33."
    stepper.order = stepper.verdict["first"]
    assert stepper.sentence == "Done: ∂z/∂x = 33."
    assert stepper.verdict["says"].startswith("Every node sent when all messages to it had arrived")
    assert stepper.svg == picture
    assert set(stepper.ledgers) == {f["edge"] for f in stepper.trace["frames"] if f["kind"] == "message"}
    assert "stay as they are" in stepper.frozen


def test_from_mode_to_mode_and_back():
    stepper = BackpropStepper(diamond())
    before = stepper.trace
    stepper.mode = "order"
    assert stepper.order == stepper.verdict["first"]
    stepper.order = list(reversed(stepper.order))
    stepper.step = len(stepper)
    assert "but wrong" in stepper.sentence
    stepper.mode = "watch"
    assert (stepper.trace, stepper.verdict, stepper.frozen) == (before, {}, "")
    assert stepper.sentence == "Done: ∂z/∂x = 33."
    assert stepper.ledgers, "the page writes the right numbers on its edges again"
