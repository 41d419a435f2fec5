"""DataLoader: every row once, the same batches for any number of threads, and going on to the bit."""

import _thread
import gc
import json
import weakref
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigrad as mg
from minigrad.data import ArrayDataset, Compose, DataLoader, Dataset, Noise, Rotate, Shift

pytestmark = pytest.mark.usefixtures("no_threads_left")
AUGMENT = Compose([Shift(1), Rotate(20), Noise(0.1)])


def labelled(n=10):
    """Rows that know their number: x[k] = (k, k), y[k] = k."""
    return ArrayDataset(np.arange(n)[:, None] * np.ones(2), np.arange(n))


def images(n=20):
    return ArrayDataset(np.random.default_rng(0).random((n, 1, 6, 6)), np.arange(n))


def numbers_of(loader):
    """The batches of one epoch as lists of row numbers."""
    return [y.data.tolist() for _, y in loader]


def test_batches_are_tensors_in_the_order_of_the_dataset():
    batches = list(DataLoader(labelled(5), 2))
    assert [type(part) for part in batches[0]] == [mg.Tensor, mg.Tensor]
    np.testing.assert_array_equal(batches[1][0].data, [[2, 2], [3, 3]])
    assert [y.data.tolist() for _, y in batches] == [[0, 1], [2, 3], [4]]


@given(st.integers(1, 30), st.integers(1, 12), st.booleans(), st.booleans(), st.integers(0, 3))
def test_every_row_comes_once_with_its_label(n, batch_size, shuffle, drop_last, seed):
    if drop_last and n < batch_size:
        return
    loader = DataLoader(labelled(n), batch_size, shuffle, seed, drop_last)
    batches = list(loader)
    seen = np.concatenate([y.data for _, y in batches])
    assert len(batches) == len(loader)
    assert len(set(seen.tolist())) == len(seen) == (n - n % batch_size if drop_last else n)
    assert all((x.data == y.data[:, None]).all() for x, y in batches)
    assert all(len(y.data) == batch_size for _, y in batches[: n // batch_size])


def test_each_epoch_has_its_own_order_and_the_seed_decides_it():
    loader, same, other = (DataLoader(labelled(50), 50, shuffle=True, seed=s) for s in (1, 1, 2))
    first, second = numbers_of(loader), numbers_of(loader)
    assert first != second
    assert sorted(first[0]) == sorted(second[0]) == list(range(50))
    assert [numbers_of(same), numbers_of(same)] == [first, second]
    assert numbers_of(other) != first


def test_a_generator_gives_the_seed_and_none_a_fresh_one():
    a, b = (DataLoader(labelled(), 5, seed=np.random.default_rng(4)) for _ in range(2))
    assert a.seed == b.seed
    assert DataLoader(labelled(), 5, seed=None).seed != DataLoader(labelled(), 5, seed=None).seed


@pytest.mark.parametrize(("num_workers", "prefetch"), [(0, 0), (1, 0), (1, 4), (4, 2)])
def test_threads_change_nothing_not_even_the_augmentation(num_workers, prefetch):
    plain = DataLoader(images(), 3, shuffle=True, seed=5, transform=AUGMENT)
    threaded = DataLoader(
        images(), 3, shuffle=True, seed=5, transform=AUGMENT, num_workers=num_workers, prefetch=prefetch
    )
    for _ in range(2):
        for (x, y), (x2, y2) in zip(plain, threaded, strict=True):
            np.testing.assert_array_equal(x.data, x2.data)
            np.testing.assert_array_equal(y.data, y2.data)


def test_augmentation_differs_between_batches_and_epochs_and_leaves_labels_and_data_alone():
    dataset = ArrayDataset(np.zeros((4, 1, 2, 2)), np.arange(4))
    loader = DataLoader(dataset, 2, transform=Noise(1.0))
    epochs = [list(loader) for _ in range(2)]
    drawn = [x.data for epoch in epochs for x, _ in epoch]
    assert not any(np.array_equal(a, b) for k, a in enumerate(drawn) for b in drawn[:k])
    assert [y.data.tolist() for _, y in epochs[1]] == [[0, 1], [2, 3]]
    assert not dataset.arrays[0].any()


def test_a_change_in_place_of_a_batch_does_not_reach_the_dataset():
    dataset = labelled()
    for x, _ in DataLoader(dataset, 4):
        x.data[...] = -1
    assert dataset.arrays[0].min() == 0


@given(st.integers(0, 40), st.booleans())
def test_going_on_from_a_state_is_the_same_to_the_bit(used, through_json):
    def make():
        return DataLoader(images(10), 3, shuffle=True, seed=9, transform=Noise(0.5))

    def stream(loader):
        while True:
            for x, y in loader:
                yield x.data.tobytes() + y.data.tobytes()

    straight, interrupted, again = make(), make(), make()
    whole, until = stream(straight), stream(interrupted)
    for _ in range(used):
        assert next(until) == next(whole)
    state = interrupted.state_dict()
    again.load_state_dict(json.loads(json.dumps(state)) if through_json else state)
    rest = stream(again)
    assert [next(rest) for _ in range(9)] == [next(whole) for _ in range(9)]


def test_after_the_loop_the_state_is_the_next_epoch_and_at_its_last_batch_the_rest_of_this_one():
    loader, again = DataLoader(labelled(4), 2), DataLoader(labelled(4), 2)
    for _ in loader:
        inside = loader.state_dict()
    assert (inside["epoch"], inside["batch"]) == (0, 2)
    outside = loader.state_dict()
    assert (outside["epoch"], outside["batch"]) == (1, 0)
    again.load_state_dict(inside)
    assert [len(list(again)), len(list(again))] == [0, 2]


def test_after_a_break_the_next_loop_is_a_new_epoch_but_a_state_goes_on():
    loader, again = (DataLoader(labelled(), 2, shuffle=True) for _ in range(2))
    whole = [numbers_of(again), numbers_of(again)]
    for _ in loader:
        break
    again.load_state_dict(loader.state_dict())
    assert numbers_of(loader) == whole[1]
    assert numbers_of(again) == whole[0][1:]


def test_states_of_something_else_are_refused_and_change_nothing():
    loader = DataLoader(labelled(), 2, shuffle=True)
    good = loader.state_dict()
    with pytest.raises(ValueError, match=r"no state of a DataLoader: it has \['lr'\] where"):
        loader.load_state_dict({"lr": 1})
    with pytest.raises(ValueError, match=r"a loader with batch_size=5, and this one has batch_size=2"):
        loader.load_state_dict(good | {"batch_size": 5})
    with pytest.raises(ValueError, match="at batch 6; an epoch of this loader has 5"):
        loader.load_state_dict(good | {"batch": 6})
    with pytest.raises(ValueError, match="epoch in the state must be at least 0; it was -1"):
        loader.load_state_dict(good | {"epoch": -1})
    assert loader.state_dict() == good


def broken_transform(x, rng):
    raise ZeroDivisionError("the transform fails")


@pytest.mark.parametrize("num_workers", [0, 2])
def test_an_error_while_preparing_says_where_and_leaves_no_thread(num_workers):
    loader = DataLoader(labelled(), 2, transform=broken_transform, num_workers=num_workers)
    with pytest.raises(ZeroDivisionError, match="the transform fails") as caught:
        list(loader)
    assert "broken_transform" in [entry.name for entry in caught.traceback]
    assert caught.value.__notes__ == ["This happened in batch 0 of epoch 0 of a DataLoader."]


def test_a_batch_that_the_loop_has_dropped_is_not_kept():
    batches = iter(DataLoader(labelled(), 2))
    dropped = weakref.ref(next(batches)[0].data)
    next(batches)
    gc.collect()
    assert dropped() is None


def test_leaving_the_loop_early_leaves_no_thread():
    for _ in DataLoader(labelled(100), 2, num_workers=3, prefetch=8):
        break


def test_an_interrupt_from_the_keyboard_ends_the_threads_and_the_loader_can_go_on():
    used = []

    def interrupted(x, rng):
        if x[0, 0] == 10:
            _thread.interrupt_main()
        return x

    loader = DataLoader(labelled(100), 2, transform=interrupted, num_workers=2)
    with pytest.raises(KeyboardInterrupt):
        used.extend(y.data.tolist() for _, y in loader)
    assert loader.state_dict()["batch"] in (len(used), len(used) + 1)
    assert len(used) < 50


class Pair(NamedTuple):
    x: list
    y: int


class Squares(Dataset):
    def __len__(self):
        return 6

    def __getitem__(self, i):
        return Pair([i, i * i], i % 2)


def test_a_dataset_of_ones_own_and_a_list_are_stacked_row_by_row():
    x, y = next(iter(DataLoader(Squares(), 3)))
    assert x.data.tolist() == [[0, 0], [1, 1], [2, 4]]
    assert y.data.tolist() == [0, 1, 0]
    assert [x.data.tolist() for (x,) in DataLoader([1.5, 2.5, 3.5], 2)] == [[1.5, 2.5], [3.5]]


def test_rows_of_different_shapes_are_named():
    with pytest.raises(
        ValueError, match=r"Part 0 has shape \(2,\) in row 0 and \(3,\) in row 1: crop or pad"
    ):
        list(DataLoader([([1, 2], 0), ([1, 2, 3], 1)], 2))
    with pytest.raises(ValueError, match="Row 0 has 2 parts and row 1 has 1"):
        list(DataLoader([(1, 2), (1,)], 2))


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1; it was 0"),
        ({"batch_size": 2.0}, TypeError, "batch_size is a whole number; it was 2.0"),
        ({"num_workers": -1}, ValueError, "num_workers must be at least 0; it was -1"),
        ({"prefetch": True}, TypeError, "prefetch is a whole number; it was True"),
        ({"batch_size": 11, "drop_last": True}, ValueError, "10 rows make no batch of 11"),
        ({"dataset": []}, ValueError, "The dataset has no rows"),
        ({"dataset": iter([1])}, TypeError, "A list_iterator is no dataset"),
        ({"dataset": np.ones(3)}, TypeError, r"A ndarray is no dataset: .*DataLoader\(ArrayDataset\(x, y\)"),
        ({"dataset": {"x": 1}}, TypeError, "A dict is no dataset"),
        (
            {"dataset": (np.ones((3, 2)), np.ones(3))},
            TypeError,
            r"A tuple is no dataset: .*ArrayDataset\(x, y\)",
        ),
        ({"seed": -1}, ValueError, "A seed is an integer from 0 on; it was -1"),
        ({"seed": "7"}, TypeError, "rng is a seed .* it was a str"),
        ({"transform": lambda x: x}, TypeError, r"called as transform\(x, rng\).*written lambda x, rng"),
    ],
)
def test_impossible_requests(arguments, error, match):
    with pytest.raises(error, match=match):
        DataLoader(**{"dataset": labelled(), "batch_size": 2} | arguments)


def test_a_transform_may_not_lose_rows_and_may_return_tensors():
    with pytest.raises(ValueError, match=r"got 2 rows and returned an array of shape \(1, 2\)"):
        list(DataLoader(labelled(), 2, transform=lambda x, rng: x[:1]))
    ((x, _),) = DataLoader(labelled(1), 1, transform=lambda x, rng: mg.tensor(x) + 1)
    assert x.data.tolist() == [[1, 1]]


def test_it_says_what_it_is():
    assert repr(DataLoader(labelled(), 3, seed=4)) == (
        "DataLoader(10 rows, 4 batches of 3, shuffle=False, seed=4, device='cpu')"
    )


def test_a_network_learns_from_a_loader():
    x, y = mg.data.rings(200, rng=1)
    rng = np.random.default_rng(0)
    net = mg.nn.Sequential(mg.nn.Linear(2, 16, rng), mg.nn.Tanh(), mg.nn.Linear(16, 2, rng))
    optimizer = mg.optim.SGD(net.parameters(), lr=0.3, momentum=0.9)
    loader = DataLoader(ArrayDataset(x, y), batch_size=32, shuffle=True, num_workers=2)
    for _ in range(20):
        for xs, ys in loader:
            optimizer.zero_grad()
            mg.cross_entropy(net(xs), ys).backward()
            optimizer.step()
    assert (net(mg.tensor(x)).data.argmax(1) == y).mean() > 0.98
