"""Training on a device: a loader that brings the batches there, fit, and checkpoints that resume anywhere."""

import numpy as np
import pytest

import minigrad as mg
from minigrad import device as devices
from minigrad.checkpoint import load, save
from minigrad.training import accuracy, evaluate, fit

X = np.random.default_rng(0).normal(size=(24, 5)).astype(np.float32)
Y = (X[:, 0] > X[:, 1]).astype(int)


def network(device):
    rng = np.random.default_rng(1)
    layers = (
        mg.nn.Linear(5, 6, rng, dtype=np.float32),
        mg.nn.Tanh(),
        mg.nn.Linear(6, 2, rng, dtype=np.float32),
    )
    return mg.nn.Sequential(*layers).to(device)


def loader(device, **options):
    return mg.data.DataLoader(mg.data.ArrayDataset(X, Y), 6, shuffle=True, device=device, **options)


def trained(model_on, data_on, epochs=3, **options):
    net = network(model_on)
    history = fit(
        net, loader(data_on, **options), mg.cross_entropy, mg.optim.Adam(net.parameters(), 0.05), epochs,
        validation=loader(data_on), metrics={"accuracy": accuracy}, progress=False,
    )  # fmt: skip
    return net, history


@pytest.mark.parametrize("prefetch", [0, 2])
@pytest.mark.parametrize("num_workers", [0, 2])
def test_a_loader_brings_batches_to_the_device(prefetch, num_workers, elsewhere):
    here = [tuple(part.numpy() for part in batch) for batch in loader("cpu")]
    there = list(loader("cuda", prefetch=prefetch, num_workers=num_workers))
    assert {part.device for batch in there for part in batch} == {"cuda"}
    for a, b in zip(here, there, strict=True):
        for p, q in zip(a, b, strict=True):
            np.testing.assert_array_equal(q.numpy(), p)
            assert q.dtype == p.dtype


@pytest.mark.parametrize("data_on", ["cpu", "cuda"])
def test_fit(data_on, elsewhere):
    """The same epochs; batches from the CPU are taken to where the model is."""
    (here, expected), (there, history) = trained("cpu", "cpu"), trained("cuda", data_on)
    assert {p.device for p in there.parameters()} == {"cuda"}
    for name, numbers in expected.items():
        np.testing.assert_allclose(history[name], numbers, rtol=1e-4, atol=1e-5, err_msg=name)
    for p, q in zip(here.parameters(), there.parameters(), strict=True):
        np.testing.assert_allclose(q.numpy(), p.numpy(), rtol=1e-3, atol=1e-4)


def test_evaluating(elsewhere):
    measures = [evaluate(network(name), loader(name), mg.cross_entropy, {"accuracy": accuracy}) for name in
                ("cpu", "cuda")]  # fmt: skip
    assert measures[1] == pytest.approx(measures[0], rel=1e-5)


@pytest.mark.parametrize(("first", "second"), [("cuda", "cuda"), ("cuda", "cpu"), ("cpu", "cuda")])
def test_a_checkpoint_resumes_on_either_device(first, second, elsewhere, tmp_path):
    def steps(net, optimizer, batches):
        for x, y in batches:
            optimizer.zero_grad()
            mg.cross_entropy(net(x), y).backward()
            optimizer.step()

    whole = network("cpu")
    steps(whole, optimizer := mg.optim.Adam(whole.parameters(), 0.05), loader("cpu"))
    steps(whole, optimizer, loader("cpu"))
    net = network(first)
    steps(net, optimizer := mg.optim.Adam(net.parameters(), 0.05), loader(first))
    path = save(tmp_path / "run.npz", model=net, optimizer=optimizer, epoch=1)
    again = network(second)
    optimizer = mg.optim.Adam(again.parameters(), 0.05)
    assert load(path, model=again, optimizer=optimizer)["epoch"] == 1
    assert {p.device for p in again.parameters()} == {second}
    steps(again, optimizer, loader(second))
    for p, q in zip(whole.parameters(), again.parameters(), strict=True):
        np.testing.assert_allclose(q.numpy(), p.numpy(), rtol=1e-4, atol=1e-5)


def test_arrays_of_a_device_are_kept_as_numpy_arrays(elsewhere, tmp_path):
    x = mg.tensor(X, device="cuda")
    path = save(tmp_path / "x.npz", x=x.data)
    found = load(path)["x"]
    assert devices.of(found) == "cpu"
    np.testing.assert_array_equal(found, X)


def test_vectors_of_parameters(elsewhere):
    net = network("cuda")
    vector = mg.optim.parameters_to_vector(net.parameters())  # NumPy's, for searches that know no gradients
    other = network("cuda")
    mg.optim.vector_to_parameters(vector * 2, other.parameters())
    for p, q in zip(net.parameters(), other.parameters(), strict=True):
        np.testing.assert_allclose(q.numpy(), 2 * p.numpy())
