"""Checkpoints: to go on as if nothing had happened, all or nothing."""

import json

import numpy as np
import pytest

import minigrad as mg
from minigrad.checkpoint import CheckpointError, load, save
from minigrad.training import EarlyStopping, History, fit


def rng(seed=0):
    return np.random.default_rng(seed)


def linear(seed=0, n=2):
    return mg.nn.Linear(3, n, rng(seed))


def same(a, b):
    return all(
        np.array_equal(x, y) for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True)
    )


# Going on -----------------------------------------------------------------------------------------------


class Training:
    """All that has a state: dropout, running means, momenta, a schedule, shuffled and augmented batches."""

    def __init__(self, seed):
        source = rng(seed)
        self.model = mg.nn.Sequential(
            mg.nn.Linear(64, 16, source), mg.nn.BatchNorm1d(16), mg.nn.ReLU(), mg.nn.Dropout(0.3, source),
            mg.nn.Linear(16, 10, source),
        )  # fmt: skip
        self.optimizer = mg.optim.Adam(self.model.parameters(), lr=0.01, weight_decay=1e-4)
        self.scheduler = mg.optim.CosineAnnealingLR(self.optimizer, 6)
        split = mg.data.digits(dtype=np.float64)
        images = mg.data.ArrayDataset(split.x_train[:200], split.y_train[:200])
        noise = lambda x, rng: x + rng.normal(0, 0.01, x.shape)
        self.loader = mg.data.DataLoader(images, batch_size=32, shuffle=True, seed=seed, transform=noise)
        self.stopping = EarlyStopping(patience=9, monitor="loss")

    def parts(self):
        return vars(self)

    def run(self, epochs, history=None):
        return fit(
            self.model, self.loader, mg.nn.CrossEntropyLoss(), self.optimizer, epochs, history=history,
            scheduler=self.scheduler, callbacks=[self.stopping], progress=False,
        )  # fmt: skip


def test_an_interrupted_training_goes_on_to_the_bit(tmp_path):
    straight = Training(1)
    whole = straight.run(6)

    first = Training(1)
    history = first.run(3)
    save(tmp_path / "run.npz", **first.parts(), history=history)
    second = Training(99)  # as after a restart: everything is new, and from another seed
    loaded = load(tmp_path / "run.npz", **second.parts())
    rest = second.run(6, History(loaded["history"]))

    assert rest == whole
    assert len(set(whole["loss"])) == 6
    assert same(second.model, straight.model)
    assert second.optimizer.lr == straight.optimizer.lr
    assert json.dumps(second.loader.state_dict()) == json.dumps(straight.loader.state_dict())
    assert second.stopping.best == straight.stopping.best
    draws = [t.model[3].rng.random() for t in (straight, second)]
    assert draws[0] == draws[1]


def test_a_hand_written_loop_goes_on_with_its_generator(tmp_path):
    def run(model, optimizer, source, epochs):
        for _ in range(epochs):
            for x, y in mg.data.batches(np.eye(3), np.arange(3), size=2, rng=source):
                optimizer.zero_grad()
                mg.cross_entropy(model(x), y).backward()
                optimizer.step()

    def things(seed):
        model = linear(seed, 3)
        return model, mg.optim.SGD(model.parameters(), lr=0.1, momentum=0.9), rng(seed)

    straight, first, second = things(0), things(0), things(5)
    run(*straight, 6)
    run(*first, 3)
    model, optimizer, source = first
    save(tmp_path / "run.npz", model=model, optimizer=optimizer, rng=source, epoch=3)
    model, optimizer, source = second
    epoch = load(tmp_path / "run.npz", model=model, optimizer=optimizer, rng=source)["epoch"]
    run(*second, 6 - epoch)
    assert same(model, straight[0])


def test_the_result_holds_everything(tmp_path):
    model, source = linear(), rng()
    values = {
        "epoch": 3,
        "best": float("inf"),
        "notes": ["a", (1, None, True)],
        "x": np.arange(3, dtype=np.int8),
    }
    path = save(str(tmp_path / "run.npz"), model=model, rng=source, **values)
    assert path == tmp_path / "run.npz"
    other = linear(1)
    loaded = load(path, model=other)
    assert loaded["model"] is other
    assert same(model, other)
    assert loaded["rng"] == source.bit_generator.state
    assert {name: loaded[name] for name in ("epoch", "best", "notes")} == {
        "epoch": 3, "best": float("inf"), "notes": ["a", (1, None, True)]
    }  # fmt: skip
    assert loaded["x"].dtype == np.int8
    assert load(path)["model"].keys() == {"weight", "bias"}


def test_it_is_an_npz_file_with_names_that_can_be_read(tmp_path):
    model = mg.nn.Sequential(linear())
    path = save(tmp_path / "run.npz", model=model, epoch=3)
    with np.load(path, allow_pickle=False) as file:
        assert sorted(file.files) == ["checkpoint.json", "model/layers.0.bias", "model/layers.0.weight"]
        np.testing.assert_array_equal(file["model/layers.0.weight"], model[0].weight.data)
        assert json.loads(file["checkpoint.json"])["values"]["epoch"] == 3


def test_any_generator_may_be_saved(tmp_path):
    twister = np.random.Generator(np.random.MT19937(1))
    twister.normal()
    path = save(tmp_path / "run.npz", rng=twister)
    again = np.random.Generator(np.random.MT19937(7))
    load(path, rng=again)
    assert again.normal() == twister.normal()
    with pytest.raises(CheckpointError, match=r"does not fit rng; nothing was changed.*PCG64"):
        load(path, rng=rng())


# All or nothing -----------------------------------------------------------------------------------------


def test_nothing_is_changed_if_one_of_the_things_does_not_fit(tmp_path):
    model, wide = mg.nn.Sequential(linear(), mg.nn.Dropout(0.5, rng(3))), linear(0, 5)
    path = save(tmp_path / "run.npz", model=model, optimizer=mg.optim.SGD(wide.parameters(), 0.1))
    other = mg.nn.Sequential(linear(1), mg.nn.Dropout(0.5, rng(4)))
    before, state = other.state_dict(), other[1].rng.bit_generator.state
    optimizer = mg.optim.SGD(other.parameters(), 0.5)
    with pytest.raises(
        CheckpointError, match=r"run.npz does not fit optimizer; nothing was changed. .*shape"
    ):
        load(path, model=other, optimizer=optimizer)
    assert all(np.array_equal(before[name], after) for name, after in other.state_dict().items())
    assert other[1].rng.bit_generator.state == state
    assert optimizer.lr == 0.5


def test_another_network_is_refused(tmp_path):
    path = save(tmp_path / "run.npz", model=linear())
    with pytest.raises(
        CheckpointError, match=r"(?s)does not fit model; .*weight has shape \(3, 5\), but \(3, 2\)"
    ):
        load(path, model=linear(0, 5))
    with pytest.raises(
        CheckpointError, match=r"(?s)does not fit model; .*missing in the state: layers.0.weight"
    ):
        load(path, model=mg.nn.Sequential(linear()))
    dropout = mg.nn.Sequential({"weight": mg.nn.Dropout(0.5, rng())})
    with pytest.raises(CheckpointError, match=r"random numbers from layers.weight.rng; .* from no generator"):
        load(path, model=dropout)


def test_names_that_are_not_there_and_things_that_take_nothing(tmp_path):
    path = save(tmp_path / "run.npz", model=linear(), epoch=3)
    with pytest.raises(CheckpointError, match=r"has no net, optimizer; it holds model, epoch"):
        load(path, net=linear(), optimizer=None)
    with pytest.raises(CheckpointError, match=r"does not fit epoch; .*'5' \(int\) has no state"):
        load(path, epoch=5)
    with pytest.raises(CheckpointError, match=r"A plain value was saved, which a Linear cannot take over"):
        load(path, epoch=linear())
    with pytest.raises(CheckpointError, match=r"<class .*Linear'>\" \(type\) has no state"):
        load(path, model=mg.nn.Linear)
