"""The thin slices of nn and data: enough to learn handwritten digits."""

import numpy as np
import pytest

import minigrad as mg


def test_the_digits_are_the_real_ones_and_the_split_is_reproducible():
    split = mg.data.digits()
    assert (split.x_train.shape, split.x_test.shape) == ((1438, 64), (359, 64))
    assert split.x_train.dtype == np.float32
    assert (split.x_train.min(), split.x_train.max()) == (0, 1)
    counts = np.bincount(np.concatenate([split.y_train, split.y_test]))
    np.testing.assert_array_equal(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    np.testing.assert_array_equal(split.x_test, mg.data.digits().x_test)
    assert not np.array_equal(split.x_test, mg.data.digits(seed=1).x_test)
    with pytest.raises(ValueError, match="share of images kept for testing, between 0 and 1; it was 2"):
        mg.data.digits(test=2)


def test_batches_visit_every_row_once_with_its_label():
    x, y = np.arange(10)[:, None], np.arange(10)
    seen = list(mg.data.batches(x, y, size=4, rng=np.random.default_rng(0)))
    assert [len(b) for _, b in seen] == [4, 4, 2]
    assert sorted(np.concatenate([b for _, b in seen])) == list(range(10))
    assert all((a[:, 0] == b).all() for a, b in seen)
    with pytest.raises(ValueError, match=r"same number of rows; these have \[10, 9\]"):
        next(mg.data.batches(x, y[:9], size=2))
    with pytest.raises(ValueError, match="at least one row; size is 0"):
        next(mg.data.batches(x, size=0))


def test_modules_find_their_parameters_and_shared_ones_once():
    rng = np.random.default_rng(0)
    layer = mg.nn.Linear(3, 3, rng)
    net = mg.nn.Sequential(layer, mg.nn.Tanh(), layer, mg.nn.Sigmoid())
    assert [name for name, _ in net.named_parameters()] == ["layers.0.weight", "layers.0.bias"]
    net(mg.tensor(np.ones((2, 3)))).sum().backward()
    assert all(p.grad is not None for p in net.parameters())
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())
    with pytest.raises(TypeError, match=r"Module has no forward\(self, …\) yet"):
        mg.nn.Module()(1)


def test_a_small_network_learns_the_digits():
    split, rng = mg.data.digits(), np.random.default_rng(0)
    net = mg.nn.Sequential(
        mg.nn.Linear(64, 32, rng, np.float32), mg.nn.ReLU(), mg.nn.Linear(32, 10, rng, np.float32)
    )
    optimizer = mg.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    for _ in range(10):
        for x, y in mg.data.batches(split.x_train, split.y_train, size=32, rng=rng):
            optimizer.zero_grad()
            mg.cross_entropy(net(mg.tensor(x)), y).backward()
            optimizer.step()
    with mg.no_grad():
        right = net(mg.tensor(split.x_test)).argmax(1) == split.y_test
    assert right.mean() > 0.95
