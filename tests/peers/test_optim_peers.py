"""Optimizers, schedules and clipping against PyTorch: whole trajectories, 100 steps, to 1e-10 in float64.

The same small network learns in both; each computes its own gradients.
"""

import numpy as np
import pytest

import minigrad as mg

torch = pytest.importorskip("torch", reason="PyTorch is not installed: python -m pip install torch==2.13.0")
T = torch.optim
OURS = mg.optim

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(30, 4)), RNG.normal(size=(30, 2))
START = [RNG.normal(size=(4, 6)) / 2, np.zeros(6), RNG.normal(size=(6, 2)) / 2, np.zeros(2)]
STEPS = 100


def ours(make, schedule=None, each=None):
    params = [mg.Parameter(a) for a in START]
    optimizer = make(params)
    planned = schedule and schedule(optimizer)
    path = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        w1, b1, w2, b2 = params
        ((np.tanh(mg.tensor(X) @ w1 + b1) @ w2 + b2 - Y) ** 2).mean().backward()
        if each:
            each(params)
        optimizer.step()
        if planned:
            planned.step()
        path.append(np.concatenate([p.data.ravel() for p in params]))
    return np.array(path)


def theirs(make, schedule=None, each=None, penalty=lambda p: 0.0):
    params = [torch.tensor(a, requires_grad=True) for a in START]
    x, y = torch.tensor(X), torch.tensor(Y)
    optimizer = make(params)
    planned = schedule and schedule(optimizer)
    path = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        w1, b1, w2, b2 = params
        loss = ((torch.tanh(x @ w1 + b1) @ w2 + b2 - y) ** 2).mean()
        (loss + sum(penalty(p) for p in params)).backward()
        if each:
            each(params)
        optimizer.step()
        if planned:
            planned.step()
        path.append(np.concatenate([p.detach().numpy().ravel() for p in params]))
    return np.array(path)


def assert_same_path(first, second):
    assert abs(first[-1] - first[0]).max() > 1e-3  # something was learned
    np.testing.assert_allclose(first, second, rtol=1e-10, atol=1e-10)


OPTIMIZERS = {
    "SGD": (lambda p: OURS.SGD(p, 0.1), lambda p: T.SGD(p, 0.1)),
    "SGD decay": (lambda p: OURS.SGD(p, 0.1, weight_decay=0.02), lambda p: T.SGD(p, 0.1, weight_decay=0.02)),
    "momentum": (lambda p: OURS.SGD(p, 0.05, 0.9), lambda p: T.SGD(p, 0.05, 0.9)),
    "momentum decay": (
        lambda p: OURS.SGD(p, 0.05, 0.9, weight_decay=0.02),
        lambda p: T.SGD(p, 0.05, 0.9, weight_decay=0.02),
    ),
    "momentum, PyTorch's form": (
        lambda p: OURS.SGD(p, 0.05, 0.9, form="pytorch"),
        lambda p: T.SGD(p, 0.05, 0.9),
    ),
    "Nesterov": (
        lambda p: OURS.SGD(p, 0.05, 0.9, nesterov=True, weight_decay=0.02),
        lambda p: T.SGD(p, 0.05, 0.9, nesterov=True, weight_decay=0.02),
    ),
    "Nesterov, PyTorch's form": (
        lambda p: OURS.SGD(p, 0.05, 0.9, nesterov=True, form="pytorch"),
        lambda p: T.SGD(p, 0.05, 0.9, nesterov=True),
    ),
    "Adagrad": (lambda p: OURS.Adagrad(p, 0.1), lambda p: T.Adagrad(p, 0.1)),
    "Adagrad decay": (
        lambda p: OURS.Adagrad(p, eps=1e-3, weight_decay=0.02),
        lambda p: T.Adagrad(p, eps=1e-3, weight_decay=0.02),
    ),
    # With larger rates RMSprop reaches the minimum within 100 steps and dances around it, where rounding
    # decides: one unit in the last place of the gradients moves PyTorch's own path by 1e-8.
    "RMSprop": (lambda p: OURS.RMSprop(p, 0.001), lambda p: T.RMSprop(p, 0.001)),
    "RMSprop options": (
        lambda p: OURS.RMSprop(p, 0.001, 0.9, 1e-6, 0.5, 0.02),
        lambda p: T.RMSprop(p, 0.001, 0.9, 1e-6, 0.02, 0.5),
    ),
    "Adadelta": (lambda p: OURS.Adadelta(p), lambda p: T.Adadelta(p)),
    "Adadelta options": (
        lambda p: OURS.Adadelta(p, 0.5, 0.8, 1e-4, 0.02),
        lambda p: T.Adadelta(p, 0.5, 0.8, 1e-4, 0.02),
    ),
    "Adam": (lambda p: OURS.Adam(p), lambda p: T.Adam(p)),
    "Adam options": (
        lambda p: OURS.Adam(p, 0.01, (0.8, 0.99), 1e-6, 0.02),
        lambda p: T.Adam(p, 0.01, (0.8, 0.99), 1e-6, 0.02),
    ),
    "AdamW": (lambda p: OURS.AdamW(p), lambda p: T.AdamW(p)),
    "AdamW options": (
        lambda p: OURS.AdamW(p, 0.01, (0.8, 0.99), 1e-6, 0.2),
        lambda p: T.AdamW(p, 0.01, (0.8, 0.99), 1e-6, 0.2),
    ),
    "groups": (
        lambda p: OURS.Adam([{"params": p[:2], "lr": 0.01}, {"params": p[2:], "weight_decay": 0.1}], 0.002),
        lambda p: T.Adam([{"params": p[:2], "lr": 0.01}, {"params": p[2:], "weight_decay": 0.1}], 0.002),
    ),
}


@pytest.mark.parametrize(("make", "peer"), OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_trajectories(make, peer):
    assert_same_path(ours(make), theirs(peer))


@pytest.mark.parametrize("name", ["SGD", "momentum", "Adam"])
def test_l1_is_a_term_of_the_loss(name):
    make, peer = OPTIMIZERS[name]

    def penalized(params):
        optimizer = make(params)
        optimizer.param_groups[0]["l1"] = 0.01
        return optimizer

    assert_same_path(ours(penalized), theirs(peer, penalty=lambda p: 0.01 * p.abs().sum()))


S = T.lr_scheduler
SCHEDULES = {
    "StepLR": (lambda o: OURS.StepLR(o, 7, 0.6), lambda o: S.StepLR(o, 7, 0.6)),
    "ExponentialLR": (lambda o: OURS.ExponentialLR(o, 0.97), lambda o: S.ExponentialLR(o, 0.97)),
    "CosineAnnealingLR": (
        lambda o: OURS.CosineAnnealingLR(o, 30, 0.01),
        lambda o: S.CosineAnnealingLR(o, 30, 0.01),
    ),
    "LinearLR": (
        lambda o: OURS.LinearLR(o, 0.1, total_iters=20),
        lambda o: S.LinearLR(o, 0.1, total_iters=20),
    ),
    "LinearLR defaults": (OURS.LinearLR, S.LinearLR),
    "LambdaLR": (lambda o: OURS.LambdaLR(o, lambda t: 0.9**t), lambda o: S.LambdaLR(o, lambda t: 0.9**t)),
    "InverseSqrtLR": (OURS.InverseSqrtLR, lambda o: S.LambdaLR(o, lambda t: (t + 1) ** -0.5)),
    "SequentialLR": (
        lambda o: OURS.SequentialLR(o, [OURS.LinearLR(o, 0.1), OURS.CosineAnnealingLR(o, 90)], [5]),
        lambda o: S.SequentialLR(o, [S.LinearLR(o, 0.1), S.CosineAnnealingLR(o, 90)], [5]),
    ),
    "ChainedScheduler": (
        lambda o: OURS.ChainedScheduler([OURS.LinearLR(o), OURS.ExponentialLR(o, 0.95)]),
        lambda o: S.ChainedScheduler([S.LinearLR(o), S.ExponentialLR(o, 0.95)]),
    ),
}


@pytest.mark.parametrize(("schedule", "peer"), SCHEDULES.values(), ids=SCHEDULES)
@pytest.mark.filterwarnings(
    "ignore:The epoch parameter in `scheduler.step"
)  # PyTorch's SequentialLR calls it so
def test_schedules(schedule, peer):
    first = ours(lambda p: OURS.SGD(p, 0.2, 0.5, form="pytorch"), schedule)
    assert_same_path(first, theirs(lambda p: T.SGD(p, 0.2, 0.5), peer))
    assert_same_path(ours(lambda p: OURS.AdamW(p, 0.01), schedule), theirs(lambda p: T.AdamW(p, 0.01), peer))


U = torch.nn.utils
CLIPS = {
    "norm": (lambda p: OURS.clip_grad_norm_(p, 0.2), lambda p: U.clip_grad_norm_(p, 0.2)),
    "norm 1": (lambda p: OURS.clip_grad_norm_(p, 0.5, 1), lambda p: U.clip_grad_norm_(p, 0.5, 1)),
    "largest": (
        lambda p: OURS.clip_grad_norm_(p, 0.05, float("inf")),
        lambda p: U.clip_grad_norm_(p, 0.05, float("inf")),
    ),
    "value": (lambda p: OURS.clip_grad_value_(p, 0.03), lambda p: U.clip_grad_value_(p, 0.03)),
}


@pytest.mark.parametrize(("clip", "peer"), CLIPS.values(), ids=CLIPS)
def test_clipping(clip, peer):
    first = ours(lambda p: OURS.SGD(p, 0.1), each=clip)
    assert_same_path(first, theirs(lambda p: T.SGD(p, 0.1), each=peer))
    assert abs(first - ours(lambda p: OURS.SGD(p, 0.1))).max() > 1e-3  # something was clipped


@pytest.mark.parametrize("name", ["momentum decay", "Adagrad", "RMSprop", "Adadelta", "Adam", "AdamW"])
def test_complex_parameters(name):
    make, peer = OPTIMIZERS[name]
    start = np.array([1 + 2j, -0.5j, 0.3])
    z, t = mg.Parameter(start), torch.tensor(start, requires_grad=True)
    first, second = make([z]), peer([t])
    for _ in range(STEPS):
        first.zero_grad()
        second.zero_grad()
        (np.abs(z * z - 1j) ** 2).sum().backward()
        (abs(t * t - 1j) ** 2).sum().backward()
        first.step()
        second.step()
    np.testing.assert_allclose(z.data, t.detach().numpy(), rtol=1e-10)
    assert abs(z.data - start).max() > 1e-3


@pytest.mark.parametrize(
    ("name", "param"),
    [
        ("linear", None),
        ("sigmoid", None),
        ("tanh", None),
        ("relu", None),
        ("leaky_relu", 0.2),
        ("selu", None),
    ],
)
def test_gains(name, param):
    assert mg.init.calculate_gain(name, param) == pytest.approx(torch.nn.init.calculate_gain(name, param))


@pytest.mark.parametrize("shape", [(300, 200), (20, 30, 3, 3)])
@pytest.mark.parametrize(
    ("name", "peer"),
    [
        ("xavier_uniform", "xavier_uniform_"),
        ("xavier_normal", "xavier_normal_"),
        ("he_uniform", "kaiming_uniform_"),
        ("he_normal", "kaiming_normal_"),
    ],
)
def test_initial_weights_have_pytorchs_spread(name, peer, shape):
    """PyTorch's linear weights are transposed: (n_out, n_in)."""
    torch.manual_seed(0)
    t = torch.empty(shape[::-1] if len(shape) == 2 else shape, dtype=torch.float64)
    options = {"nonlinearity": "relu"} if "kaiming" in peer else {}
    spread = getattr(torch.nn.init, peer)(t, **options).std().item()
    assert getattr(mg.init, name)(shape, np.random.default_rng(0)).std() == pytest.approx(spread, rel=0.05)
