"""Random programs, written once in NumPy's language, run by minigrad, PyTorch and HIPS autograd: equal to 1e-10."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg

# Each step: a name, and the same function for NumPy (minigrad, HIPS) and for PyTorch, keeping values in range.
UNARY = {
    "tanh": (lambda n, x: n.tanh(x), lambda t, x: t.tanh(x)),
    "sin": (lambda n, x: n.sin(x), lambda t, x: t.sin(x)),
    "exp(-x²)": (lambda n, x: n.exp(-x * x), lambda t, x: t.exp(-x * x)),
    "log(1+x²)": (lambda n, x: n.log(1 + x * x), lambda t, x: t.log(1 + x * x)),
    "sqrt(1+x²)": (lambda n, x: n.sqrt(1 + x**2), lambda t, x: t.sqrt(1 + x**2)),
    "|x|": (lambda n, x: n.abs(x), lambda t, x: t.abs(x)),
    "x - mean": (lambda n, x: x - n.mean(x), lambda t, x: x - t.mean(x)),
    "rows / Σ": (
        lambda n, x: x / (1 + n.sum(x * x, axis=1, keepdims=True)),
        lambda t, x: x / (1 + t.sum(x * x, dim=1, keepdim=True)),
    ),
    "column max": (lambda n, x: x + n.max(x, axis=0), lambda t, x: x + t.amax(x, dim=0)),
    "transpose": (lambda n, x: n.transpose(x), lambda t, x: x.T),
    "reverse": (lambda n, x: n.stack([x[2], x[1], x[0]]), lambda t, x: t.stack([x[2], x[1], x[0]])),
    "repeat rows": (lambda n, x: x[np.array([0, 0, 2])], lambda t, x: x[[0, 0, 2]]),
    "shift": (
        lambda n, x: n.concatenate([x[:, 1:], x[:, :1]], axis=1),
        lambda t, x: t.cat([x[:, 1:], x[:, :1]], dim=1),
    ),
    "where": (lambda n, x: n.where(MASK, x, 2 * x), lambda t, x: t.where(t.tensor(MASK), x, 2 * x)),
    "diagonal": (
        lambda n, x: x * n.reshape(n.sum(x, axis=0), (3, 1)),
        lambda t, x: x * t.sum(x, dim=0).reshape(3, 1),
    ),
}
BINARY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "×": lambda a, b: a * b,
    "÷": lambda a, b: a / (2 + b * b),
    "@": lambda a, b: a @ b / 3,
    "row": lambda a, b: a + b[0],
}
MASK = np.array([[True, False, True], [False, True, True], [True, True, False]])

STEP = st.one_of(
    st.tuples(st.sampled_from(sorted(UNARY)), st.integers(0, 99)),
    st.tuples(st.sampled_from(sorted(BINARY)), st.integers(0, 99), st.integers(0, 99)),
)
PROGRAM = st.lists(STEP, min_size=1, max_size=8)


def run(program, library, flavour, inputs):
    """The value of a program: flavour 0 is NumPy's language, 1 is PyTorch's."""
    values = list(inputs)
    for name, *which in program:
        chosen = [values[k % len(values)] for k in which]
        value = UNARY[name][flavour](library, *chosen) if name in UNARY else BINARY[name](*chosen)
        values.append(value)
    return (
        sum((v * v).sum() for v in values[-3:]) if flavour else sum(library.sum(v * v) for v in values[-3:])
    )


def ours(program, arrays):
    tensors = [mg.tensor(a, requires_grad=True) for a in arrays]
    value = run(program, np, 0, tensors)
    grads = mg.grad(value, tensors, create_graph=True, allow_unused=True)
    return value, tensors, [np.zeros((3, 3)) if g is None else g for g in grads]


def second(grads):
    """A number made of the gradients, to be differentiated once more."""
    return sum((g * g).sum() for g in grads if not isinstance(g, np.ndarray))


def numbers(seed):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(3, 3)) for _ in range(2)]


@settings(max_examples=150, deadline=None)
@given(PROGRAM, st.integers(0, 10**6))
def test_values_gradients_and_second_derivatives_equal_pytorchs(program, seed):
    torch = pytest.importorskip(
        "torch", reason="PyTorch is not installed: python -m pip install torch==2.13.0"
    )
    arrays = numbers(seed)
    value, tensors, grads = ours(program, arrays)
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    expected = run(program, torch, 1, theirs)
    wanted = torch.autograd.grad(expected, theirs, create_graph=True, allow_unused=True)
    assert value.item() == pytest.approx(expected.item(), rel=1e-10)
    for g, w in zip(grads, wanted, strict=True):
        close(g, 0 * theirs[0] if w is None else w)
    if not any(isinstance(g, mg.Tensor) and g.requires_grad for g in grads):
        return
    found = mg.grad(second(grads), tensors, allow_unused=True)
    again = torch.autograd.grad(
        sum((w * w).sum() for w in wanted if w is not None), theirs, allow_unused=True
    )
    for g, w in zip(found, again, strict=True):
        close(np.zeros((3, 3)) if g is None else g, 0 * theirs[0] if w is None else w)


@settings(max_examples=100, deadline=None)
@given(PROGRAM, st.integers(0, 10**6))
def test_values_and_gradients_equal_those_of_hips_autograd(program, seed):
    autograd = pytest.importorskip("autograd", reason="HIPS autograd is not installed: pip install autograd")
    arrays = numbers(seed)
    value, _, grads = ours(program, arrays)
    import autograd.numpy as anp

    expected, wanted = autograd.value_and_grad(lambda *xs: run(program, anp, 0, xs), argnum=(0, 1))(*arrays)
    assert value.item() == pytest.approx(float(expected), rel=1e-10)
    for g, w in zip(grads, wanted, strict=True):
        close(g, w)


def close(found, expected):
    found = found.numpy() if isinstance(found, mg.Tensor) else found
    expected = expected.detach().numpy() if hasattr(expected, "detach") else np.asarray(expected)
    scale = max(1.0, np.abs(expected).max())
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-10 * scale)
