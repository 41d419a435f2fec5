"""From one device to the other and back: in the graph, out of it, by copies, and what is refused."""

import numpy as np
import pytest

import minigrad as mg
from tests.minigrad.devices.strict import crossings

X = np.array([[0.5, -1.0, 2.0], [1.5, 0.0, -0.5]])


def test_a_gradient_goes_back_to_where_its_numbers_came_from(elsewhere):
    x = mg.tensor(X, requires_grad=True)
    y = np.sum(np.tanh(x.to("cuda")) ** 2)
    assert y.device == "cuda"
    y.backward()
    assert x.grad.device == "cpu"
    np.testing.assert_allclose(x.grad, 2 * np.tanh(X) / np.cosh(X) ** 2)


def test_there_and_back_again_at_second_order(elsewhere):
    x = mg.tensor(X, requires_grad=True, device="cuda")
    y = np.sum(np.exp(x.to("cpu")).to("cuda"))
    (g,) = mg.grad(y, x, create_graph=True)
    (h,) = mg.grad(np.sum(g * g), x)
    assert {g.device, h.device} == {"cuda"}
    np.testing.assert_allclose(h.numpy(), 2 * np.exp(2 * X))


def test_a_tensor_stays_itself_where_it_is(device):
    x = mg.tensor(X, device=device.name)
    assert x.to(device.name) is x


def test_copies(elsewhere):
    x = mg.tensor(X, device="cuda")
    assert type(x.numpy()) is np.ndarray
    assert mg.tensor(x).device == "cuda"
    assert mg.tensor(x, device="cpu").device == "cpu"
    assert mg.tensor(x.data, dtype=np.float32).dtype == np.float32
    y = x.numpy()
    y[0, 0] = 7
    assert x[0, 0].item() == 0.5
    z = mg.tensor(x)
    z.data[0, 0] = 7
    assert x[0, 0].item() == 0.5


def test_what_a_tensor_shows(elsewhere):
    x = mg.tensor([0.5, 1.0], device="cuda", name="x", requires_grad=True)
    assert repr(x) == "tensor([0.5, 1. ], name='x', device='cuda', requires_grad=True)"
    assert repr(x.sum()) == "tensor(1.5, device='cuda', from sum)"
    assert f"{x.sum():.3f}" == "1.500"
    assert (x.tolist(), x[1].item(), float(x.detach()[0]), bool(x.detach()[1] > 0)) == (
        [0.5, 1.0],
        1.0,
        0.5,
        True,
    )
    assert "cuda" in repr(mg.Parameter([1.0], device="cuda"))


def test_results_without_a_gradient_are_tensors_on_the_device_too(elsewhere):
    x = mg.tensor(X, device="cuda")
    for y in (np.floor(x), np.argmax(x, axis=1), x > 0, np.zeros_like(x), np.exp(x), np.sort(x), np.round(x)):
        assert isinstance(y, mg.Tensor)
        assert y.device == "cuda"
    assert isinstance(np.frexp(x)[0], mg.Tensor)
    assert np.all(x < 3)
    assert np.shape(x) == (2, 3)


def test_new_arrays_like_a_tensor_are_where_it_is(elsewhere):
    x = mg.tensor(X, device="cuda")
    for make in (np.zeros, np.empty):
        assert make(3, like=x).device == "cuda"
    assert np.arange(3, like=x).tolist() == [0, 1, 2]
    assert np.asarray([1.0, 2.0], like=x).device == "cuda"
    assert np.zeros(3, like=mg.tensor(X)).device == "cpu"


def test_lists_and_numbers_are_taken_to_the_tensor(elsewhere):
    x = mg.tensor([1.0, 2.0], device="cuda", requires_grad=True)
    beside = [1.0, 2.0]
    y = (x + beside) * 3 - np.float64(1)
    assert (y.device, y.tolist()) == ("cuda", [5.0, 11.0])
    y = beside * x
    assert y.tolist() == [1.0, 4.0]


def test_in_place_updates(elsewhere):
    w = mg.Parameter([1.0, 2.0], device="cuda")
    (w * w).sum().backward()
    w.data -= 0.1 * w.grad.data
    np.testing.assert_allclose(w.numpy(), [0.8, 1.6])
    w.data -= 0.1 * w.grad
    np.testing.assert_allclose(w.numpy(), [0.6, 1.2])
    with mg.no_grad():
        w -= 0.1
    np.testing.assert_allclose(w.numpy(), [0.5, 1.1])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda a, b: a * b, "multiply met two devices: Tensor 'a' on cpu, Tensor 'b' on cuda"),
        (lambda a, b: a @ b.T, "matmul met two devices: Tensor 'a' on cpu, .* on cuda"),
        (
            lambda a, b: np.concatenate([b, a]),
            "concatenate met two devices: Tensor 'b' on cuda, Tensor 'a' on cpu",
        ),
        (
            lambda a, b: np.where(b.data > 0, a, b),
            "where met two devices: an array on cuda, Tensor 'a' on cpu",
        ),
        (lambda a, b: b * a.data, "multiply met two devices: Tensor 'b' on cuda, an array on cpu"),
        (lambda a, b: b + np.array(1.0), "add met two devices: Tensor 'b' on cuda, an array on cpu"),
        (lambda a, b: b.T @ a.data, "matmul met two devices: .* on cuda, an array on cpu"),
    ],
)
def test_mixed_devices_are_named(elsewhere, call, words):
    a = mg.tensor(X, requires_grad=True, name="a")
    b = mg.tensor(X, requires_grad=True, name="b", device="cuda")
    move = r'mg\.tensor\(x, device="cuda"\)' if "an array on cpu" in words else r'a\.to\("cuda"\)'
    with pytest.raises(TypeError, match=rf"{words}.*Move one of them first, e\.g\. {move}\."):
        call(a, b)


def test_nothing_crosses_in_a_step_of_training(elsewhere):
    """Once the data are there, forward pass, backward pass and update take no number to the CPU."""
    rng = np.random.default_rng(0)
    net = mg.nn.Sequential(mg.nn.Linear(3, 4, rng), mg.nn.Tanh(), mg.nn.Linear(4, 2, rng)).to("cuda")
    optimizer = mg.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    x = mg.tensor(X, device="cuda")
    with crossings() as found:
        for _ in range(3):
            optimizer.zero_grad()
            mg.nn.functional.mse_loss(net(x), x[:, :2]).backward()
            optimizer.step()
    assert not found
