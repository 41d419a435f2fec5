"""Inputs for the tables of rules, and the check for functions that NumPy computes in double precision only."""

import numpy as np

import minigrad as mg
from tests.minigrad.rules.probing import ignores_layout, joined


def apart(shape, seed=0):
    """Distinct values at least 0.1 apart, so that no step of finite differences changes their order."""
    rng = np.random.default_rng(seed)
    return rng.permutation(np.linspace(-1.93, 2.11, int(np.prod(shape)))).reshape(shape)


def check_double(fn, *inputs, second=True):
    """Orders 1 and 2, and memory layouts; nothing about single precision."""
    inputs = [np.asarray(x, dtype=float) for x in inputs]
    call = lambda *tensors: joined(fn(*tensors))
    mg.gradcheck(call, inputs, seeds=[0])
    if second:
        mg.gradgradcheck(call, inputs, seeds=[0])
    ignores_layout(call, inputs)


def gradient(fn, x, upstream=None):
    """The gradient of fn at x, as an array."""
    t = mg.tensor(x, requires_grad=True)
    fn(t).backward(upstream)
    return t.grad.numpy()
