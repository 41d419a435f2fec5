"""Each optimizer against its formula, written a second time here without in-place tricks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import minigrad as mg
from minigrad.optim import pieces

OPT = mg.optim


def sgd(w, g, t, s, lr, mu=0.0, nesterov=False):
    s["v"] = mu * s.get("v", 0) + lr * g
    return w - (mu * s["v"] + lr * g if nesterov else s["v"])


def sgd_pytorch(w, g, t, s, lr, mu=0.0, nesterov=False):
    s["b"] = mu * s.get("b", 0) + g
    return w - lr * (g + mu * s["b"] if nesterov else s["b"])


def adagrad(w, g, t, s, lr, eps=1e-10):
    s["s"] = s.get("s", 0) + g**2
    return w - lr * g / (np.sqrt(s["s"]) + eps)


def rmsprop(w, g, t, s, lr, alpha=0.99, eps=1e-8, mu=0.0):
    s["s"] = alpha * s.get("s", 0) + (1 - alpha) * g**2
    s["v"] = mu * s.get("v", 0) + g / (np.sqrt(s["s"]) + eps)
    return w - lr * s["v"]


def adadelta(w, g, t, s, lr=1.0, rho=0.9, eps=1e-6):
    s["s"] = rho * s.get("s", 0) + (1 - rho) * g**2
    step = g * np.sqrt(s.get("d", 0) + eps) / np.sqrt(s["s"] + eps)
    s["d"] = rho * s.get("d", 0) + (1 - rho) * step**2
    return w - lr * step


def adam(w, g, t, s, lr, betas=(0.9, 0.999), eps=1e-8):
    s["m"] = betas[0] * s.get("m", 0) + (1 - betas[0]) * g
    s["s"] = betas[1] * s.get("s", 0) + (1 - betas[1]) * g**2
    return w - lr * (s["m"] / (1 - betas[0] ** t)) / (np.sqrt(s["s"] / (1 - betas[1] ** t)) + eps)


FORMULAS = {
    "SGD": (lambda p: OPT.SGD(p, 0.1), lambda *a: sgd(*a, 0.1)),
    "momentum": (lambda p: OPT.SGD(p, 0.1, 0.9), lambda *a: sgd(*a, 0.1, 0.9)),
    "Nesterov": (lambda p: OPT.SGD(p, 0.1, 0.9, nesterov=True), lambda *a: sgd(*a, 0.1, 0.9, True)),
    "PyTorch's": (lambda p: OPT.SGD(p, 0.1, 0.9, form="pytorch"), lambda *a: sgd_pytorch(*a, 0.1, 0.9)),
    "PyTorch's Nesterov": (
        lambda p: OPT.SGD(p, 0.1, 0.9, True, form="pytorch"),
        lambda *a: sgd_pytorch(*a, 0.1, 0.9, True),
    ),
    "Adagrad": (lambda p: OPT.Adagrad(p, 0.3), lambda *a: adagrad(*a, 0.3)),
    "RMSprop": (lambda p: OPT.RMSprop(p, 0.02), lambda *a: rmsprop(*a, 0.02)),
    "RMSprop momentum": (
        lambda p: OPT.RMSprop(p, 0.02, 0.9, momentum=0.5),
        lambda *a: rmsprop(*a, 0.02, 0.9, mu=0.5),
    ),
    "Adadelta": (lambda p: OPT.Adadelta(p), lambda *a: adadelta(*a)),
    "Adadelta options": (lambda p: OPT.Adadelta(p, 0.5, 0.8, 1e-3), lambda *a: adadelta(*a, 0.5, 0.8, 1e-3)),
    "Adam": (lambda p: OPT.Adam(p, 0.05), lambda *a: adam(*a, 0.05)),
    "Adam options": (
        lambda p: OPT.Adam(p, 0.05, (0.5, 0.8), 1e-3),
        lambda *a: adam(*a, 0.05, (0.5, 0.8), 1e-3),
    ),
    "AdamW": (
        lambda p: OPT.AdamW(p, 0.05, weight_decay=0.1),
        lambda w, *a: adam(w, *a, 0.05) - 0.05 * 0.1 * w,
    ),
}
ALL = {name: make for name, (make, _) in FORMULAS.items()}
each = pytest.mark.parametrize("make", ALL.values(), ids=ALL)
each_with_formula = pytest.mark.parametrize(("make", "formula"), FORMULAS.values(), ids=FORMULAS)


def descend(optimizer, parameters, gradient, steps):
    """Several steps along given gradients: gradient(k, w) is that of parameter k."""
    for _ in range(steps):
        for k, p in enumerate(parameters):
            p.grad = mg.tensor(gradient(k, p.data), dtype=p.dtype)
        optimizer.step()


@each_with_formula
@given(
    start=hnp.arrays(
        np.float64, hnp.array_shapes(min_dims=0, max_dims=3, max_side=4), elements=st.floats(-3, 3)
    )
)
@settings(max_examples=15, deadline=None)
def test_an_optimizer_is_its_formula(make, formula, start):
    p, w, memory = mg.Parameter(start), start, {}
    optimizer = make([p])
    for t in range(1, 8):
        p.grad = mg.tensor(np.sin(3 * p.data) + p.data)
        w = formula(w, np.sin(3 * w) + w, t, memory)
        optimizer.step()
        np.testing.assert_allclose(p.data, w, rtol=1e-12, atol=1e-13)


@each_with_formula
def test_large_parameters_are_updated_in_pieces(make, formula):
    start = np.random.default_rng(0).normal(size=(3, 30_000))  # 720 kB, three pieces
    assert start.nbytes > 2 * pieces.BLOCK
    p, w, memory = mg.Parameter(start), start, {}
    descend(make([p]), [p], lambda k, w: np.cos(w), 3)
    assert p.data.flags.c_contiguous
    for t in (1, 2, 3):
        w = formula(w, np.cos(w), t, memory)
    np.testing.assert_allclose(p.data, w, rtol=1e-12, atol=1e-15)


@each
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_all_stays_in_the_parameters_dtype(make, dtype):
    p = mg.Parameter(np.linspace(-1, 1, 5), dtype=dtype)
    optimizer = make([p])
    with np.errstate(divide="ignore", invalid="ignore"):  # ε = 1e-8 is 0 in float16
        descend(optimizer, [p], lambda k, w: w + 2, 2)
    assert p.dtype == dtype
    assert {v.dtype for n, v in optimizer.state[p].items() if n != "step"} <= {np.dtype(dtype)}


@each
def test_updates_happen_in_the_array_and_leave_the_gradient_alone(make):
    p = mg.Parameter([1.0, -2.0])
    optimizer = make([p])
    optimizer.param_groups[0].update(weight_decay=0.1, l1=0.2)
    array, p.grad = p.data, mg.tensor([3.0, 4.0])
    optimizer.step()
    assert p.data is array
    assert p.grad.data.tolist() == [3, 4]


@each
def test_graphs_notice_a_step(make):
    w = mg.Parameter([1.0, 2.0], name="w")
    optimizer = make([w])
    (w * w).sum().backward()
    loss = (w * w).sum()
    optimizer.step()
    with pytest.raises(mg.StaleValueError, match="'w' was changed in place after multiply used it"):
        loss.backward()


@each
def test_complex_numbers_are_pairs_of_reals(make):
    z, pair = mg.Parameter([1 + 2j, -1j]), mg.Parameter([[1.0, 2.0], [0.0, -1.0]])
    descend(make([z]), [z], lambda k, w: w * w, 4)
    descend(make([pair]), [pair], lambda k, w: (w.view(complex) ** 2).view(float), 4)
    np.testing.assert_allclose(z.data.view(float), pair.data.reshape(-1), rtol=1e-12)


def test_a_parameter_in_another_memory_layout():
    rows = np.arange(6.0).reshape(2, 3)
    p, q = mg.Parameter(rows.T), mg.Parameter(np.ascontiguousarray(rows.T))
    assert not p.data.flags.c_contiguous
    for make in ALL.values():
        descend(make([p]), [p], lambda k, w: w + 1, 2)
        descend(make([q]), [q], lambda k, w: w + 1, 2)
        np.testing.assert_array_equal(p.data, q.data)
        p.data = np.asfortranarray(p.data)


def test_gradients_that_share_an_array_and_a_gradient_of_another_dtype():
    a, b = mg.Parameter([1.0, 2.0], dtype=np.float32), mg.Parameter([1.0, 2.0])
    shared = mg.tensor(np.ones(2))
    a.grad, b.grad = shared, shared
    OPT.SGD([a, b], 0.5, momentum=0.9, weight_decay=1.0).step()
    assert a.dtype == np.float32
    assert a.data.tolist() == b.data.tolist() == [0.0, 0.5]
    z = mg.Parameter([1 + 1j, 2.0])
    z.grad = mg.tensor([1.0, 2.0])
    OPT.SGD([z], 0.5).step()
    assert z.data.tolist() == [0.5 + 1j, 1.0]


# Penalties ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in ALL if name != "AdamW"])
def test_penalties_are_part_of_the_loss(name):
    """weight_decay and l1 do what the terms ½ λ ‖w‖² and λ ‖w‖₁ in the loss do."""
    start = np.array([1.0, -2.0, 0.5])
    inside, outside = mg.Parameter(start), mg.Parameter(start)
    first, second = ALL[name]([inside]), ALL[name]([outside])
    second.param_groups[0].update(weight_decay=0.3, l1=0.05)
    for _ in range(5):
        for p, optimizer in ((inside, first), (outside, second)):
            optimizer.zero_grad()
            loss = (np.sin(p) ** 2).sum()
            if p is inside:
                loss = loss + 0.15 * (p * p).sum() + 0.05 * np.abs(p).sum()
            loss.backward()
            optimizer.step()
    np.testing.assert_allclose(inside.data, outside.data, rtol=1e-12)


def test_l1_does_not_push_a_weight_that_is_zero():
    w = mg.Parameter([0.0, 1.0])
    w.grad = mg.tensor([0.0, 0.0])
    OPT.SGD([w], 0.1, l1=1.0).step()
    assert w.data.tolist() == [0.0, 0.9]


def test_adamw_decays_all_weights_alike_and_adam_does_not():
    def decayed(kind):
        with_decay, without = mg.Parameter([1.0, 1.0]), mg.Parameter([1.0, 1.0])
        for p, decay in ((with_decay, 0.1), (without, 0.0)):
            p.grad = mg.tensor([100.0, 0.001])
            kind([p], lr=0.01, weight_decay=decay).step()
        return without.data - with_decay.data

    np.testing.assert_allclose(decayed(OPT.AdamW), [0.001, 0.001], rtol=1e-9)
    assert abs(decayed(OPT.Adam)).max() < 1e-6  # the first step has length η whatever is added to g


def test_adam_as_printed_in_lecture_notes_slows_down():
    """With the corrected averages put back into the recursion, a constant gradient gives shrinking steps."""

    class PrintedAdam(OPT.Adam):
        def update(self, w, g, h, t, m, s, buffer):
            m[:] = (0.9 * m + 0.1 * g) / (1 - 0.9**t)
            s[:] = (0.999 * s + 0.001 * g * g) / (1 - 0.999**t)
            w -= h["lr"] * m / (np.sqrt(s) + h["eps"])

    def steps(kind):
        w, sizes = mg.Parameter(0.0), []
        optimizer = kind([w], lr=0.1)
        for _ in range(3):
            before = w.item()
            descend(optimizer, [w], lambda k, w: 1.0, 1)
            sizes.append(before - w.item())
        return sizes

    np.testing.assert_allclose(steps(PrintedAdam), [0.1, 0.0235, 0.0044], atol=5e-5)
    np.testing.assert_allclose(steps(OPT.Adam), [0.1, 0.1, 0.1], rtol=1e-6)


def test_where_the_lectures_momentum_differs_from_pytorchs():
    """When the rate falls to 0, PyTorch's form stops at once; the lectures' velocity rolls out."""
    ends = {}
    for form in ("lecture", "pytorch"):
        w = mg.Parameter(0.0)
        optimizer = OPT.SGD([w], 1.0, momentum=0.5, form=form)
        descend(optimizer, [w], lambda k, w: 1.0, 1)
        optimizer.lr = 0.0
        descend(optimizer, [w], lambda k, w: 1.0, 2)
        ends[form] = w.item()
    assert ends == {"lecture": -1.75, "pytorch": -1.0}


def test_momentum_that_begins_later():
    w = mg.Parameter(0.0)
    optimizer = OPT.SGD([w], 1.0)
    descend(optimizer, [w], lambda k, w: 1.0, 1)
    assert "velocity" not in optimizer.state[w]
    optimizer.param_groups[0]["momentum"] = 0.5
    descend(optimizer, [w], lambda k, w: 1.0, 2)
    assert w.item() == -1 - 1 - 1.5


def test_rmsprop_has_two_spellings():
    assert OPT.RMSProp is OPT.RMSprop


def test_nan_is_not_hidden():
    w = mg.Parameter([1.0, 1.0])
    for make in ALL.values():
        w.data = np.ones(2)
        descend(make([w]), [w], lambda k, w: np.array([np.nan, 1.0]), 1)
        assert np.isnan(w.data).tolist() == [True, False]
