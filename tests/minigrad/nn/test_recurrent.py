"""RNN: the states, weights that are shared over time, and truncated backpropagation."""

import numpy as np
import pytest

import minigrad as mg
from minigrad.node import ancestors


def rng(seed=0):
    return np.random.default_rng(seed)


def by_hand(rnn, x, h, phi=np.tanh):
    cell, states = rnn.cell, []
    w, u = cell.weight_x.data, cell.weight_h.data
    for step in x:
        h = phi(step @ w + h @ u + (0 if cell.bias is None else cell.bias.data))
        states.append(h)
    return np.stack(states)


@pytest.mark.parametrize(("kind", "phi"), [("tanh", np.tanh), ("relu", lambda z: np.maximum(z, 0))])
def test_states_are_those_of_the_recursion(kind, phi):
    rnn, x, h = mg.nn.RNN(3, 4, rng(), kind), rng(1).normal(size=(5, 2, 3)), rng(2).normal(size=(2, 4))
    rnn.cell.bias.data = rng(3).normal(size=4)
    states, last = rnn(mg.tensor(x), mg.tensor(h))
    expected = by_hand(rnn, x, h, phi)
    np.testing.assert_allclose(states.data, expected)
    np.testing.assert_array_equal(last.data, states.data[-1])
    np.testing.assert_allclose(rnn(x)[0].data, by_hand(rnn, x, np.zeros((2, 4)), phi))
    np.testing.assert_allclose(rnn(x[:, 0], h[0])[0].data, expected[:, 0])
    assert rnn(x[:, 0])[1].shape == (4,)


def test_the_batch_may_come_first():
    first, second = mg.nn.RNN(3, 4, rng(), batch_first=True), mg.nn.RNN(3, 4, rng())
    x = rng(1).normal(size=(2, 5, 3))
    np.testing.assert_array_equal(first(x)[0].data, np.swapaxes(second(np.swapaxes(x, 0, 1))[0].data, 0, 1))
    np.testing.assert_array_equal(first(x)[1].data, second(np.swapaxes(x, 0, 1))[1].data)
    np.testing.assert_array_equal(first(x[0])[0].data, second(x[0])[0].data)


def test_the_start_is_zero_in_the_dtype_of_the_weights():
    states, h = mg.nn.RNN(3, 4, rng(), dtype=np.float32)(np.ones((2, 1, 3), np.float32))
    assert states.dtype == h.dtype == np.float32


def test_time_is_unrolled_in_the_graph():
    _, h = mg.nn.RNN(3, 4, rng())(np.ones((6, 2, 3)))
    assert sum(node.fun is np.tanh for node in ancestors(h.node)) == 6


def test_detach_truncates_backpropagation_through_time():
    rnn, x = mg.nn.RNN(1, 1, rng(), bias=False), np.ones((6, 1, 1))
    w, u = rnn.cell.weight_x, rnn.cell.weight_h
    _, middle = rnn(x[:3])
    _, last = rnn(x[3:], middle.detach())
    last.sum().backward()
    truncated = u.grad.item()
    assert middle.item() == pytest.approx(by_hand(rnn, x[:3], np.zeros((1, 1)))[-1].item())
    rnn.zero_grad()
    _, last = rnn(x[3:], rnn(x[:3])[1])
    last.sum().backward()

    def final(value, start, steps):
        h = start
        for _ in range(steps):
            h = np.tanh(w.item() + h * value)
        return h

    value, d = u.item(), 1e-6
    one = [final(value + s, middle.item(), 3) for s in (d, -d)]
    whole = [final(value + s, 0.0, 6) for s in (d, -d)]
    assert truncated == pytest.approx((one[0] - one[1]) / (2 * d), rel=1e-6)
    assert u.grad.item() == pytest.approx((whole[0] - whole[1]) / (2 * d), rel=1e-6)
    assert truncated != pytest.approx(u.grad.item(), rel=1e-3)


def test_sizes_that_do_not_fit():
    cell = mg.nn.RNNCell(3, 4, rng())
    with pytest.raises(
        ValueError, match=r"x of shape \(…, 3\) and h of shape \(…, 4\); .* \(2, 3\) and \(5, 4\)"
    ):
        cell(np.ones((2, 3)), np.ones((5, 4)))
    with pytest.raises(ValueError, match=r"they have shapes \(2, 2\) and \(2, 4\)"):
        cell(np.ones((2, 2)), np.ones((2, 4)))
    with pytest.raises(ValueError, match=r"and h of shape \(…, 4\)") as caught:
        mg.nn.RNN(3, 4, rng())(np.ones((5, 2, 3)), np.ones((1, 2, 4)))
    assert "RNN.cell, RNNCell" in caught.value.__notes__[0]


def test_it_learns_to_remember_the_first_number_of_a_sequence():
    source = rng()
    rnn, head = mg.nn.RNN(1, 8, source), mg.nn.Linear(8, 1, source)
    optimizer = mg.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
    losses = []
    for _ in range(150):
        x = source.choice([-1.0, 1.0], size=(5, 32, 1))
        optimizer.zero_grad()
        loss = mg.nn.MSELoss()(head(rnn(x)[1]), x[0])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert np.mean(losses[-10:]) < 0.05 < 0.8 < losses[0]
