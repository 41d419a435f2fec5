"""Schedules against their formulas, alone and combined."""

import json
import math

import numpy as np
import pytest

import minigrad as mg

OPT = mg.optim


def optimizer(lr=0.8):
    return OPT.SGD([mg.Parameter(1.0)], lr=lr)


def rates(schedule, n):
    found = [schedule.optimizer.lr]
    for _ in range(n):
        schedule.step()
        found.append(schedule.optimizer.lr)
    return found


FORMULAS = {
    "StepLR": (lambda o: OPT.StepLR(o, 3, 0.5), lambda t: 0.8 * 0.5 ** (t // 3)),
    "ExponentialLR": (lambda o: OPT.ExponentialLR(o, 0.9), lambda t: 0.8 * 0.9**t),
    "InverseSqrtLR": (OPT.InverseSqrtLR, lambda t: 0.8 / math.sqrt(t + 1)),
    "CosineAnnealingLR": (
        lambda o: OPT.CosineAnnealingLR(o, 6, 0.1),
        lambda t: 0.1 + 0.35 * (1 + math.cos(math.pi * t / 6)),
    ),
    "LinearLR": (lambda o: OPT.LinearLR(o, 0.2, 1.0, 4), lambda t: 0.8 * min(1.0, 0.2 + 0.2 * t)),
    "LambdaLR": (lambda o: OPT.LambdaLR(o, lambda t: 1 / (1 + t)), lambda t: 0.8 / (1 + t)),
    "ChainedScheduler": (
        lambda o: OPT.ChainedScheduler([OPT.StepLR(o, 2, 0.5), OPT.LinearLR(o, 0.5, 1.0, 2)]),
        lambda t: 0.8 * 0.5 ** (t // 2) * min(1.0, 0.5 + 0.25 * t),
    ),
    "SequentialLR": (
        lambda o: OPT.SequentialLR(
            o, [OPT.LinearLR(o, 0.5, 1.0, 2), OPT.CosineAnnealingLR(o, 4), OPT.StepLR(o, 1, 0.1)], [2, 6]
        ),
        lambda t: (
            0.8
            * (
                0.5 + 0.25 * t
                if t < 2
                else (1 + math.cos(math.pi * (t - 2) / 4)) / 2
                if t < 6
                else 0.1 ** (t - 6)
            )
        ),
    ),
}
each = pytest.mark.parametrize(("make", "formula"), FORMULAS.values(), ids=FORMULAS)


@each
def test_a_schedule_is_its_formula(make, formula):
    np.testing.assert_allclose(
        rates(make(optimizer()), 12), [formula(t) for t in range(13)], rtol=1e-14, atol=1e-17
    )


@each
def test_a_saved_schedule_goes_on(make, formula):
    first = make(optimizer())
    rates(first, 5)
    state = json.loads(json.dumps(first.state_dict()))
    second = make(optimizer())
    second.load_state_dict(state)
    assert second.optimizer.lr == first.optimizer.lr
    assert rates(second, 5) == rates(first, 5)


def test_groups_keep_their_proportions():
    a, b, c = mg.Parameter(1.0), mg.Parameter(1.0), mg.Parameter(1.0)
    o = OPT.SGD([{"params": [a], "lr": 0.4}, {"params": [b]}], lr=0.8)
    schedule = OPT.ExponentialLR(o, 0.5)
    schedule.step()
    assert schedule.get_last_lr() == [0.2, 0.4]
    o.add_param_group({"params": [c], "lr": 0.1})
    schedule.step()
    assert schedule.get_last_lr() == [0.1, 0.2, 0.025]


def test_a_second_schedule_begins_with_the_rate_that_was_set_by_hand():
    o = optimizer()
    rates(OPT.ExponentialLR(o, 0.5), 3)
    assert rates(OPT.ExponentialLR(o, 0.5), 1) == [0.8, 0.4]  # from the optimizer's own rate
    o.lr = 0.2
    assert rates(OPT.ExponentialLR(o, 0.5), 1) == [0.2, 0.1]


def test_the_rate_is_used():
    w = mg.Parameter(0.0)
    o = OPT.SGD([w], 1.0)
    schedule, places = OPT.InverseSqrtLR(o), []
    for _ in range(4):
        w.grad = mg.tensor(-1.0)
        o.step()
        schedule.step()
        places.append(w.item())
    np.testing.assert_allclose(places, np.cumsum(1 / np.sqrt([1, 2, 3, 4])))


REFUSED = [
    (lambda o: OPT.StepLR([1], 3), TypeError, "StepLR sets the rates of an optimizer; this is list"),
    (lambda o: OPT.StepLR(o, 0), ValueError, "StepLR: step_size must be a whole number from 1 on; it is 0"),
    (lambda o: OPT.StepLR(o, 2.5), ValueError, "step_size must be a whole number"),
    (lambda o: OPT.ExponentialLR(o, 0), ValueError, "gamma must be above 0"),
    (lambda o: OPT.CosineAnnealingLR(o, 0), ValueError, "T_max must be a whole number from 1 on"),
    (lambda o: OPT.CosineAnnealingLR(o, 5, -0.1), ValueError, "eta_min must be 0 or more"),
    (lambda o: OPT.LinearLR(o, 0), ValueError, "start_factor must be above 0"),
    (lambda o: OPT.LinearLR(o, total_iters=True), ValueError, "total_iters must be a whole number"),
    (
        lambda o: OPT.LambdaLR(o, lambda t: -1),
        ValueError,
        r"LambdaLR: the rate at t = 0 must be 0 or more; it is -0\.8",
    ),
    (lambda o: OPT.LRScheduler(o), TypeError, r"LRScheduler has no rate\(self, t, base\) yet"),
    (lambda o: OPT.ChainedScheduler([]), ValueError, "combines schedules; the list of them is empty"),
    (
        lambda o: OPT.ChainedScheduler([OPT.InverseSqrtLR(o), OPT.StepLR(optimizer(), 2)]),
        ValueError,
        r"schedule 1, StepLR\(t=0, step_size=2, gamma=0\.1\), was made for another optimizer",
    ),
    (
        lambda o: OPT.SequentialLR(o, [OPT.InverseSqrtLR(o), OPT.StepLR(o, 2)], [2, 3]),
        ValueError,
        r"2 schedules need 1 milestones, from 1 on and increasing; they are \[2, 3\]",
    ),
    (lambda o: OPT.SequentialLR(o, [OPT.InverseSqrtLR(o)] * 3, [3, 3]), ValueError, "increasing"),
    (lambda o: OPT.SequentialLR(o, [OPT.InverseSqrtLR(o)] * 2, [0]), ValueError, "from 1 on"),
    (lambda o: OPT.StepLR(o, 2).load_state_dict({}), ValueError, "not what state_dict.. of a schedule gives"),
    (
        lambda o: OPT.StepLR(o, 2).load_state_dict(OPT.ExponentialLR(o, 0.5).state_dict()),
        ValueError,
        "It is the state of ExponentialLR with gamma; it cannot be loaded into StepLR with step_size, gamma",
    ),
    (
        lambda o: OPT.ChainedScheduler([OPT.StepLR(o, 2)]).load_state_dict(
            OPT.ChainedScheduler([OPT.StepLR(o, 2), OPT.InverseSqrtLR(o)]).state_dict()
        ),
        ValueError,
        "This ChainedScheduler has 1 schedules; saved are 2",
    ),
]


@pytest.mark.parametrize(("make", "error", "message"), REFUSED)
def test_what_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make(optimizer())


def test_a_combined_state_that_does_not_fit_changes_nothing():
    o = optimizer()
    schedule = OPT.ChainedScheduler([OPT.StepLR(o, 2, 0.5), OPT.ExponentialLR(o, 0.5)])
    state = schedule.state_dict()
    state["last_epoch"], state["schedulers"][0]["last_epoch"] = 4, 4
    state["schedulers"][1]["settings"]["gamma"] = -1
    with pytest.raises(ValueError, match="gamma must be above 0"):
        schedule.load_state_dict(state)
    assert (schedule.last_epoch, schedule.schedulers[0].last_epoch, o.lr) == (0, 0, 0.8)


def test_how_they_print():
    o = optimizer()
    warmup = OPT.LinearLR(o, 0.5)
    assert repr(warmup) == "LinearLR(t=0, start_factor=0.5, end_factor=1.0, total_iters=5)"
    assert repr(OPT.SequentialLR(o, [warmup, OPT.InverseSqrtLR(o)], [5])) == (
        f"SequentialLR(t=0, milestones=[5], [{warmup!r}, InverseSqrtLR(t=0)])"
    )
