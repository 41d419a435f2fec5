"""What every rule is asked: both orders, single precision, any memory layout, the same argument twice."""

import numpy as np

import minigrad as mg
from minigrad import backprop


def draw(*shapes, low=-2.0, high=2.0, seed=0):
    """A random array per shape."""
    rng = np.random.default_rng(seed)
    return [rng.uniform(low, high, shape) for shape in shapes]


def joined(results):
    """Several results in one axis; real and imaginary parts one after the other."""
    parts = results if isinstance(results, (tuple, list)) else [results]
    flat = [np.reshape(part, -1) for part in parts]
    flat = [half for part in flat for half in (halves(part) if part.dtype.kind == "c" else [part])]
    return flat[0] if len(flat) == 1 else np.concatenate(flat)


def halves(z):
    return [np.real(z), np.imag(z)]


def complex_of(x):
    """The first half of the last axis as real parts, the second as imaginary parts."""
    n = x.shape[-1] // 2
    return x[..., :n] + 1j * x[..., n:]


def check(fn, *inputs, second=True):
    """Orders 1 and 2 against finite differences, then single precision and memory layouts."""
    inputs = [np.asarray(x, dtype=float) for x in inputs]
    call = lambda *tensors: joined(fn(*tensors))
    mg.gradcheck(call, inputs, seeds=[0])
    if second:
        mg.gradgradcheck(call, inputs, seeds=[0])
    keeps_single_precision(call, inputs)
    ignores_layout(call, inputs)


def keeps_single_precision(fn, inputs):
    """No constant in a rule lifts float32 to float64, and no message is cast back."""
    tensors = [mg.tensor(x, requires_grad=True, dtype=np.float32) for x in inputs]
    out = fn(*tensors)
    assert out.dtype == np.float32
    if out.node is None:
        return
    seen = []

    def watch(node, i, g, sent, message):
        for part in sent.values() if isinstance(sent, dict) else [sent]:
            seen.append((getattr(node.fun, "__name__", node.fun), part.dtype))

    backprop.sweep({out.node: np.ones(out.shape, np.float32)}, watch=watch)
    wrong = [entry for entry in seen if entry[1] not in (np.float32, np.complex64)]
    assert not wrong, wrong


def ignores_layout(fn, inputs):
    """Views with steps and Fortran order give the same gradients as arrays in C order."""
    plain = gradients(fn, inputs)
    steps = [np.repeat(x, 2, axis=-1)[..., ::2] if x.ndim else x for x in inputs]
    for other in (steps, [np.array(x, order="F") for x in inputs]):
        for a, b in zip(plain, gradients(fn, other), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-11)


def gradients(fn, inputs):
    tensors = []
    for x in inputs:
        t = mg.tensor(x, requires_grad=True)
        t.data = x  # the very array, not a copy in C order
        tensors.append(t)
    out = fn(*tensors)
    weights = np.random.default_rng(1).uniform(0.5, 1.5, out.shape)
    found = mg.grad(out, tensors, weights, allow_unused=True)
    return [np.zeros(x.shape) if g is None else g.numpy() for x, g in zip(inputs, found, strict=True)]
