"""Optimizers never move numbers by themselves: on an array type as strict as CuPy's they give the same."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

import minigrad as mg

OPT = mg.optim


class DeviceArray(np.lib.mixins.NDArrayOperatorsMixin):
    """An array that, like CuPy's, obeys NumPy's protocols, and refuses NumPy arrays and conversion."""

    __module__ = "cupy"

    def __init__(self, host):
        self.host = host

    def __array__(self, *args, **kwargs):
        raise TypeError("Implicit conversion to a NumPy array is not allowed.")

    def __array_ufunc__(self, ufunc, method, *inputs, out=(), **kwargs):
        kwargs |= {"out": tuple(to_host(a) for a in out)} if out else {}
        result = getattr(ufunc, method)(*map(to_host, inputs), **kwargs)
        return out[0] if out else to_device(result)

    def __array_function__(self, fun, types, args, kwargs):
        return to_device(fun(*map(to_host, args), **{k: to_host(v) for k, v in kwargs.items()}))

    def __getitem__(self, index):
        return to_device(self.host[index])

    def __float__(self):
        return float(self.host)

    def __bool__(self):
        return bool(self.host)

    def get(self):
        return self.host.copy()


for name in ("reshape", "view", "astype", "copy", "sum", "mean", "max", "min", "item"):
    setattr(DeviceArray, name, lambda self, *a, _n=name, **k: to_device(getattr(self.host, _n)(*a, **k)))
for name in ("shape", "ndim", "size", "dtype", "flags", "nbytes", "itemsize"):
    setattr(DeviceArray, name, property(lambda self, _n=name: getattr(self.host, _n)))


def to_host(value):
    if isinstance(value, (list, tuple)):
        return type(value)(map(to_host, value))
    if isinstance(value, (np.ndarray, np.generic)):
        raise TypeError(f"Unsupported type {type(value)}")  # what CuPy says when both kinds meet
    return value.host if isinstance(value, DeviceArray) else value


def to_device(value):
    return DeviceArray(np.asarray(value)) if isinstance(value, (np.ndarray, np.generic)) else value


@pytest.fixture(autouse=True)
def cupy(monkeypatch):
    runtime = SimpleNamespace(getDeviceCount=lambda: 1)
    fake = SimpleNamespace(asarray=lambda a: DeviceArray(a.copy()), cuda=SimpleNamespace(runtime=runtime))
    monkeypatch.setitem(sys.modules, "cupy", fake)


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


@each
def test_the_same_steps_on_a_device(make):
    here, there = parameters("cpu"), parameters("cuda")
    steps(here, make(here), 0, 1, 2)
    steps(there, make(there), 0, 1, 2)
    for p, q in zip(here, there, strict=True):
        assert q.device == "cuda"
        np.testing.assert_array_equal(p.data, q.data.get())


@each
def test_state_follows_a_parameter_that_is_moved(make):
    here, moved = parameters("cpu"), parameters("cpu")
    first, second = make(here), make(moved)
    steps(here, first, 0, 1, 2, 3)
    steps(moved, second, 0, 1)
    for p in moved:
        p.data = DeviceArray(p.data)
        p.zero_grad()
    steps(moved, second, 2, 3)
    for p, q in zip(here, moved, strict=True):
        np.testing.assert_array_equal(p.data, q.data.get())


@each
def test_state_is_saved_from_one_device_and_loaded_on_another(make):
    there, here = parameters("cuda"), parameters("cpu")
    first, second = make(there), make(here)
    steps(there, first, 0, 1)
    state = first.state_dict()
    assert all(not isinstance(v, DeviceArray) for entry in state["state"] for v in entry.values())
    OPT.vector_to_parameters(OPT.parameters_to_vector(there), here)
    second.load_state_dict(state)
    again = make(there)
    again.load_state_dict(state)
    steps(here, second, 2, 3)
    steps(there, again, 2, 3)
    for p, q in zip(here, there, strict=True):
        np.testing.assert_array_equal(p.data, q.data.get())


@pytest.mark.parametrize("kind", [OPT.RandomSearch, OPT.Genetic])
def test_searches_leave_parameters_where_they_are(kind):
    params = parameters("cuda")[1:]
    search = kind(params, np.random.default_rng(0))
    first = search.step(lambda: sum((p * p).sum() for p in params))
    for _ in range(10):
        last = search.step(lambda: sum((p * p).sum() for p in params))
    assert last < first
    assert {p.device for p in params} == {"cuda"}


def test_the_norm_crosses_from_the_device_once(monkeypatch):
    crossings = []
    monkeypatch.setattr(DeviceArray, "__float__", lambda self: crossings.append(1) or float(self.host))
    params = parameters("cuda")
    for p in params:
        p.grad = mg.Tensor.wrap(p.data)
    OPT.clip_grad_norm_(params, 1e9)
    assert len(crossings) == 1
