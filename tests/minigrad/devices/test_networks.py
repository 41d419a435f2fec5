"""Every layer on a device: same results and gradients as on the CPU, moved by one word, kept and loaded anywhere."""

import numpy as np
import pytest

import minigrad as mg
from minigrad import device as devices
from minigrad.nn import functional as F
from tests.minigrad.devices.strict import crossings

nn = mg.nn


def rng(seed=0):
    return np.random.default_rng(seed)


def signal(*shape, seed=1):
    """Numbers that are nowhere equal, so that there is one largest."""
    return rng(seed).permutation(np.linspace(-1.9, 2.1, int(np.prod(shape)))).reshape(shape)


LAYERS = {
    "Linear": (lambda: nn.Linear(3, 4, rng()), (5, 3)),
    "Linear without bias": (lambda: nn.Linear(3, 4, rng(), bias=False), (2, 5, 3)),
    "Conv1d": (lambda: nn.Conv1d(2, 4, 3, rng(), stride=2, padding=1, groups=2), (3, 2, 7)),
    "Conv2d": (lambda: nn.Conv2d(3, 4, (3, 2), rng(), padding="same"), (2, 3, 5, 6)),
    "Conv3d": (lambda: nn.Conv3d(1, 2, 2, rng(), dilation=2), (1, 1, 4, 3, 5)),
    "ConvTranspose1d": (lambda: nn.ConvTranspose1d(2, 3, 3, rng(), stride=2), (2, 2, 4)),
    "ConvTranspose2d": (lambda: nn.ConvTranspose2d(2, 3, 3, rng(), padding=1), (2, 2, 4, 5)),
    "ConvTranspose3d": (lambda: nn.ConvTranspose3d(1, 2, 2, rng()), (1, 1, 2, 3, 2)),
    "MaxPool1d": (lambda: nn.MaxPool1d(2), (2, 3, 6)),
    "MaxPool2d": (lambda: nn.MaxPool2d(2, padding=1, ceil_mode=True), (2, 3, 5, 5)),
    "MaxPool3d": (lambda: nn.MaxPool3d(2), (1, 2, 4, 4, 2)),
    "AvgPool1d": (lambda: nn.AvgPool1d(2), (2, 3, 6)),
    "AvgPool2d": (lambda: nn.AvgPool2d(2, padding=1, count_include_pad=False), (2, 3, 5, 5)),
    "AvgPool3d": (lambda: nn.AvgPool3d(2), (1, 2, 4, 4, 2)),
    "BatchNorm1d": (lambda: nn.BatchNorm1d(3), (5, 3)),
    "BatchNorm2d": (lambda: nn.BatchNorm2d(3), (2, 3, 4, 4)),
    "BatchNorm3d": (lambda: nn.BatchNorm3d(2), (2, 2, 2, 3, 2)),
    "BatchNorm1d, not training": (lambda: nn.BatchNorm1d(3).eval(), (5, 3)),
    "LayerNorm": (lambda: nn.LayerNorm((3, 4)), (5, 3, 4)),
    "Dropout": (lambda: nn.Dropout(0.4, rng()), (5, 3)),
    "RNN": (lambda: LastState(nn.RNN(3, 4, rng())), (6, 2, 3)),
    "Embedding": (lambda: nn.Sequential(Places(), nn.Embedding(7, 3, rng())), (4, 2)),
    "Flatten": (lambda: nn.Flatten(), (2, 3, 4)),
    **{
        kind.__name__: (kind, (4, 3))
        for kind in (nn.ELU, nn.GELU, nn.Identity, nn.LeakyReLU, nn.LogSoftmax, nn.ReLU, nn.SiLU, nn.Sigmoid,
                     nn.Softmax, nn.Softplus, nn.Tanh)
    },
}  # fmt: skip


class LastState(nn.Module):
    def __init__(self, rnn):
        self.rnn = rnn

    def forward(self, x):
        return self.rnn(x)[1]


class Places(nn.Module):
    def forward(self, x):
        return (np.abs(x.data) * 3).astype(int)


def run(make, x, device):
    """The result, the gradients of input and parameters, and the buffers, as NumPy arrays by name."""
    net = make().to(device)
    x = mg.tensor(x, requires_grad=True, device=device)
    out = net(x)
    assert out.device == device
    if out.requires_grad:
        out.backward(mg.tensor(signal(*out.shape, seed=2), device=device))
    found = {"out": out, "x": x.grad, **{name: p.grad for name, p in net.named_parameters()}}
    found |= dict(net.named_buffers())
    assert {t.device for t in found.values() if t is not None} == {device}
    return {name: None if t is None else t.numpy() for name, t in found.items()}


@pytest.mark.parametrize(("make", "shape"), LAYERS.values(), ids=LAYERS)
def test_layers(make, shape, elsewhere):
    here, there = run(make, signal(*shape), "cpu"), run(make, signal(*shape), "cuda")
    assert {k for k, v in here.items() if v is None} == {k for k, v in there.items() if v is None}
    for name in [k for k, v in here.items() if v is not None]:
        np.testing.assert_allclose(there[name], here[name], rtol=1e-9, atol=1e-11, err_msg=name)


LOSSES = {
    "MSELoss": (nn.MSELoss, signal(4, 3)),
    "L1Loss": (nn.L1Loss, signal(4, 3)),
    "HuberLoss": (nn.HuberLoss, signal(4, 3)),
    "SmoothL1Loss": (nn.SmoothL1Loss, signal(4, 3)),
    "HingeLoss": (nn.HingeLoss, np.sign(signal(4, 3))),
    "BCEWithLogitsLoss": (nn.BCEWithLogitsLoss, (signal(4, 3) > 0) * 1.0),
    "CrossEntropyLoss": (nn.CrossEntropyLoss, np.array([2, 0, 1, 1])),
    "CrossEntropyLoss, smooth": (lambda: nn.CrossEntropyLoss(label_smoothing=0.1), np.array([2, 0, 1, 1])),
    "CrossEntropyLoss, ignoring": (lambda: nn.CrossEntropyLoss(ignore_index=1), np.array([2, 0, 1, 1])),
    "NLLLoss": (nn.NLLLoss, np.array([2, 0, 1, 1])),
}


@pytest.mark.parametrize("where", ["here", "there"])
@pytest.mark.parametrize(("make", "target"), LOSSES.values(), ids=LOSSES)
def test_losses_take_targets_from_either_side(make, target, where, elsewhere):
    found = []
    for name in ("cpu", "cuda"):
        x = mg.tensor(signal(4, 3, seed=3), requires_grad=True, device=name)
        t = mg.tensor(target, device=name) if where == "there" else target
        loss = make()(x, t)
        loss.backward()
        assert {loss.device, x.grad.device} == {name}
        found.append((loss.numpy(), x.grad.numpy()))
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


@pytest.mark.parametrize("loss", [nn.BCELoss(), nn.KLDivLoss("batchmean")])
def test_losses_of_probabilities(loss, elsewhere):
    p, t = (np.abs(signal(4, 3, seed=k)) / 3 for k in range(2))
    here, there = (mg.tensor(p, requires_grad=True, device=name) for name in ("cpu", "cuda"))
    loss(here, t).backward()
    loss(there, mg.tensor(t, device="cuda")).backward()
    np.testing.assert_allclose(there.grad.numpy(), here.grad.numpy(), rtol=1e-12)


def network():
    layers = (
        nn.Conv2d(1, 4, 3, rng(), dtype=np.float32), nn.BatchNorm2d(4, dtype=np.float32), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(36, 3, rng(), dtype=np.float32),
    )  # fmt: skip
    return nn.Sequential(*layers)


def test_moving_a_module_moves_all_of_it_and_the_objects_stay(elsewhere):
    net = network()
    before = [*net.parameters(), *net.buffers()]
    F.cross_entropy(net(signal(2, 1, 8, 8).astype(np.float32)), [0, 2]).backward()
    assert net.to("cuda") is net
    assert all(a is b for a, b in zip(before, [*net.parameters(), *net.buffers()], strict=True))
    assert {t.device for t in before} | {p.grad.device for p in net.parameters()} == {"cuda"}
    net.to("cpu")
    assert {t.device for t in before} | {p.grad.device for p in net.parameters()} == {"cpu"}


def test_a_network_learns_the_same_there(elsewhere):
    losses = {}
    for name in ("cpu", "cuda"):
        net = network().to(name)
        optimizer = mg.optim.Adam(net.parameters(), 0.01)
        x = mg.tensor(signal(6, 1, 8, 8), dtype=np.float32, device=name)
        y = mg.tensor([0, 1, 2, 2, 1, 0], device=name)
        losses[name] = []
        for _ in range(5):
            optimizer.zero_grad()
            loss = mg.cross_entropy(net(x), y)
            loss.backward()
            optimizer.step()
            losses[name].append(loss.item())
    np.testing.assert_allclose(losses["cuda"], losses["cpu"], rtol=1e-3)
    assert losses["cuda"][-1] < losses["cuda"][0]


def test_what_was_learned_is_kept_as_numpy_arrays(elsewhere):
    there = network().to("cuda")
    state = there.state_dict()
    assert {devices.of(a) for a in state.values()} == {"cpu"}
    here = nn.Sequential(*network())
    here.load_state_dict(state)
    again = network().to("cuda")
    again.load_state_dict(here.state_dict())
    assert {p.device for p in again.parameters()} == {"cuda"}
    x = signal(2, 1, 8, 8).astype(np.float32)
    for net in (here, there, again):
        net.eval()
    expected = here(x).numpy()
    for net in (there, again):
        np.testing.assert_allclose(net(mg.tensor(x, device="cuda")).numpy(), expected, rtol=1e-5, atol=1e-6)


def test_the_summary_runs_where_the_module_is(elsewhere):
    text = str(network().to("cuda").summary((1, 1, 8, 8)))
    assert "Conv2d" in text
    assert text == str(network().summary((1, 1, 8, 8)))


def test_what_a_step_waits_for(elsewhere):
    """The labels are looked at, in the forward and in the backward pass; so are the windows, for NaN. Nothing else."""
    if elsewhere.kind == "cuda":
        pytest.skip("only the pretended GPU counts")
    net = network().to("cuda")
    optimizer = mg.optim.SGD(net.parameters(), 0.01, momentum=0.9)
    x, y = mg.tensor(signal(2, 1, 8, 8), dtype=np.float32, device="cuda"), mg.tensor([0, 2], device="cuda")
    with crossings() as found:
        mg.cross_entropy(net(x), y).backward()
        optimizer.step()
    places = {place for _, place in found}
    assert places <= {"minigrad.rules.classification:right_answer", "minigrad.rules.pooling:first_largest"}
