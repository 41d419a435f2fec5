"""Optimizers and clipping never move numbers by themselves: on a device they give the same."""

import numpy as np
import pytest

import minigrad as mg
from minigrad import device as devices
from tests.minigrad.devices.strict import crossings

OPT = mg.optim
MAKE = {
    "SGD": lambda p: OPT.SGD(p, 0.1, weight_decay=0.1, l1=0.1),
    "Nesterov": lambda p: OPT.SGD(p, 0.1, 0.9, nesterov=True),
    "PyTorch's": lambda p: OPT.SGD(p, 0.1, 0.9, form="pytorch"),
    "Adagrad": lambda p: OPT.Adagrad(p, 0.1),
    "RMSprop": lambda p: OPT.RMSprop(p, 0.1),
    "RMSprop momentum": lambda p: OPT.RMSprop(p, 0.1, momentum=0.9),
    "Adadelta": lambda p: OPT.Adadelta(p, 0.1),
    "Adam": lambda p: OPT.Adam(p, 0.1),
    "AdamW": lambda p: OPT.AdamW(p, 0.1),
}
each = pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)


def parameters(device):
    rng = np.random.default_rng(0)
    return [
        mg.Parameter(rng.normal(size=s), name="w", dtype=np.float32, device=device)
        for s in ((300, 400), (3,), ())
    ]


def steps(params, optimizer, *seeds):
    for k in seeds:
        for p in params:
            g = np.random.default_rng([k, p.size]).normal(size=p.shape)
            p.grad = mg.tensor(g, dtype=np.float32, device=p.device)
        OPT.clip_grad_norm_(params, 50.0)
        OPT.clip_grad_value_(params, 0.1)
        optimizer.step()


def same(here, there):
    """A GPU may multiply and add in one rounding, where a CPU has two."""
    for p, q in zip(here, there, strict=True):
        np.testing.assert_allclose(p.numpy(), q.numpy(), rtol=1e-5, atol=1e-6)


@each
def test_the_same_steps_on_a_device(make, elsewhere):
    here, there = parameters("cpu"), parameters("cuda")
    steps(here, make(here), 0, 1, 2)
    steps(there, make(there), 0, 1, 2)
    assert {p.device for p in there} == {"cuda"}
    same(here, there)


@each
def test_a_step_asks_the_gpu_for_no_number(make, elsewhere):
    there = parameters("cuda")
    optimizer = make(there)
    for p in there:
        p.grad = mg.Tensor.wrap(p.data * 2)
    optimizer.step()
    with crossings() as found:
        optimizer.step()
    assert not found


@each
def test_state_follows_a_parameter_that_is_moved(make, elsewhere):
    here, moved = parameters("cpu"), parameters("cpu")
    first, second = make(here), make(moved)
    steps(here, first, 0, 1, 2, 3)
    steps(moved, second, 0, 1)
    for p in moved:
        p.data = p.to("cuda").data
        p.zero_grad()
    steps(moved, second, 2, 3)
    same(here, moved)


@each
def test_state_is_saved_from_one_device_and_loaded_on_another(make, elsewhere):
    there, here = parameters("cuda"), parameters("cpu")
    first, second = make(there), make(here)
    steps(there, first, 0, 1)
    state = first.state_dict()
    assert {devices.of(v) for entry in state["state"] for v in entry.values()} == {"cpu"}
    OPT.vector_to_parameters(OPT.parameters_to_vector(there), here)
    second.load_state_dict(state)
    again = make(there)
    again.load_state_dict(state)
    steps(here, second, 2, 3)
    steps(there, again, 2, 3)
    same(here, there)


@pytest.mark.parametrize("kind", [OPT.RandomSearch, OPT.Genetic])
def test_searches_leave_parameters_where_they_are(kind, elsewhere):
    params = parameters("cuda")[1:]
    search = kind(params, np.random.default_rng(0))
    first = search.step(lambda: sum((p * p).sum() for p in params))
    for _ in range(10):
        last = search.step(lambda: sum((p * p).sum() for p in params))
    assert last < first
    assert {p.device for p in params} == {"cuda"}


def test_the_norm_crosses_from_the_device_once(elsewhere):
    params = parameters("cuda")
    for p in params:
        p.grad = mg.Tensor.wrap(p.data)
    with crossings() as found:
        OPT.clip_grad_norm_(params, 1e9)
    assert elsewhere.kind == "cuda" or sum(found.values()) == 1


def test_parameters_on_two_devices(elsewhere):
    here, there = parameters("cpu"), parameters("cuda")
    optimizer = OPT.Adam([*here, *there], 0.1)
    for p in (*here, *there):
        p.grad = mg.Tensor.wrap(p.data * 2)
    optimizer.step()
    same(here, there)
