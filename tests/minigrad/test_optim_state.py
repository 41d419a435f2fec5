"""State is saved and restored: to the bit, or not at all."""

import copy
import io
import json

import numpy as np
import pytest

import minigrad as mg

OPT = mg.optim
MAKE = {
    "SGD": lambda p: OPT.SGD(p, 0.1),
    "momentum": lambda p: OPT.SGD(p, 0.1, 0.9, weight_decay=0.01),
    "Adagrad": lambda p: OPT.Adagrad(p, 0.1),
    "RMSprop": lambda p: OPT.RMSprop(p, 0.01, momentum=0.9),
    "Adadelta": lambda p: OPT.Adadelta(p),
    "Adam": lambda p: OPT.Adam(p, 0.05),
    "AdamW": lambda p: OPT.AdamW(p, 0.05),
}


def network():
    rng = np.random.default_rng(0)
    return [
        mg.Parameter(rng.normal(size=(3, 4)), name="W", dtype=np.float32),
        mg.Parameter(np.zeros(4), name="b", dtype=np.float32),
        mg.Parameter(1.0, name="unused"),
    ]


def train(params, optimizer, schedule, steps):
    x = mg.tensor(np.random.default_rng(1).normal(size=(5, 3)), dtype=np.float32)
    for _ in range(steps):
        optimizer.zero_grad()
        (np.tanh(x @ params[0] + params[1]) ** 2).sum().backward()
        optimizer.step()
        schedule.step()


def through_files(state):
    """Arrays through .npy without pickle, all else through JSON: what a checkpoint does."""
    arrays = []

    def stored(value):
        if isinstance(value, np.ndarray):
            file = io.BytesIO()
            np.save(file, value, allow_pickle=False)
            arrays.append(np.load(io.BytesIO(file.getvalue()), allow_pickle=False))
            return {"array": len(arrays) - 1}
        raise TypeError(value)

    text = json.dumps(state, default=stored)
    return json.loads(text, object_hook=lambda d: arrays[d["array"]] if d.keys() == {"array"} else d)


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_interrupted_training_goes_on_to_the_bit(make):
    straight = network()
    optimizer = make(straight)
    train(straight, optimizer, OPT.ExponentialLR(optimizer, 0.9), 6)

    before = network()
    optimizer = make(before)
    schedule = OPT.ExponentialLR(optimizer, 0.9)
    train(before, optimizer, schedule, 3)
    saved = through_files([optimizer.state_dict(), schedule.state_dict()])

    after = network()
    for p, q in zip(after, before, strict=True):
        p.data = q.data.copy()
    optimizer = make(after)
    schedule = OPT.ExponentialLR(optimizer, 0.5)  # the saved settings win
    optimizer.load_state_dict(saved[0])
    schedule.load_state_dict(saved[1])
    train(after, optimizer, schedule, 3)
    for p, q in zip(straight, after, strict=True):
        np.testing.assert_array_equal(p.data, q.data)


def test_what_a_state_looks_like():
    params = network()
    optimizer = OPT.Adam(params, 0.05)
    train(params, optimizer, OPT.ExponentialLR(optimizer, 0.5), 2)
    state = optimizer.state_dict()
    assert state["optimizer"] == "Adam"
    assert state["param_groups"] == [
        {
            "params": [0, 1, 2],
            "lr": 0.0125,
            "betas": (0.9, 0.999),
            "eps": 1e-8,
            "weight_decay": 0.0,
            "l1": 0.0,
            "initial_lr": 0.05,
        }
    ]
    assert state["state"][2] == {"name": "unused", "shape": []}
    assert state["state"][0].keys() == {"name", "shape", "step", "exp_avg", "exp_avg_sq"}
    state["state"][0]["exp_avg"][:] = 7  # a copy
    assert (optimizer.state[params[0]]["exp_avg"] != 7).all()


def test_momentum_set_after_the_last_step_does_not_spoil_the_state():
    w = mg.Parameter([1.0], name="w")
    optimizer = OPT.SGD([w], 0.1)
    w.grad = mg.tensor([1.0])
    optimizer.step()
    optimizer.param_groups[0]["momentum"] = 0.9
    other = OPT.SGD([w], 0.1)
    other.load_state_dict(optimizer.state_dict())
    assert other.state[w]["velocity"].tolist() == [0.0]


def change(path, value):
    def edit(state):
        *way, last = path
        for key in way:
            state = state[key]
        if value is KeyError:
            del state[last]
        else:
            state[last] = value

    return edit


BROKEN = [
    (change(["optimizer"], "SGD"), "This is the state of SGD; it cannot be loaded into Adam"),
    (change(["state"], KeyError), "This is not what state_dict.. of an optimizer gives"),
    (
        change(["param_groups", 0, "params"], [0]),
        r"groups of \[3\] parameters, and the saved .* of groups of \[1\]",
    ),
    (change(["param_groups", 0, "lr"], -1), "Adam: lr must be 0 or more; it is -1"),
    (change(["param_groups", 0, "lr"], KeyError), "hyperparameters of Adam: lr missing, none too many"),
    (change(["param_groups", 0, "rho"], 0.9), "none missing, rho too many"),
    (
        change(["state", 1, "shape"], [5]),
        r"Parameter 1, Tensor 'b', has shape \(4,\); the saved one, b, has .*\(5,\)",
    ),
    (
        change(["state", 1, "exp_avg"], np.zeros(5)),
        r"The saved exp_avg of parameter 1, .* has shape \(5,\) instead",
    ),
    (change(["state", 1, "exp_avg"], KeyError), "state of parameter 1, Tensor 'b', lacks exp_avg"),
    (change(["state", 1], {}), "state of parameter 1, Tensor 'b', lacks name, shape"),
    (lambda state: state["state"].pop(), "of 3 parameters; the saved state is of 2"),
]


@pytest.mark.parametrize(("edit", "message"), BROKEN)
def test_a_state_that_does_not_fit_changes_nothing(edit, message):
    params = network()
    optimizer = OPT.Adam(params, 0.05)
    train(params, optimizer, OPT.ExponentialLR(optimizer, 0.5), 2)
    before, broken = optimizer.state_dict(), copy.deepcopy(optimizer.state_dict())
    broken["param_groups"][0]["eps"] = 1e-3
    edit(broken)
    with pytest.raises(ValueError, match=message):
        optimizer.load_state_dict(broken)
    after = optimizer.state_dict()
    assert after["param_groups"] == before["param_groups"]
    np.testing.assert_array_equal(after["state"][0]["exp_avg"], before["state"][0]["exp_avg"])


def test_no_state_at_all():
    with pytest.raises(
        ValueError, match=r'not what state_dict.. of an optimizer gives: "optimizer", "param_groups"'
    ):
        OPT.SGD([mg.Parameter(1.0)], 0.1).load_state_dict([1, 2])
