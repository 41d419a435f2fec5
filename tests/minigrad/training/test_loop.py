"""fit: the same numbers as the loop written by hand, and what it does when something goes wrong."""

import io
import sys

import numpy as np
import pytest

import minigrad as mg
from minigrad.training import DivergedError, EarlyStopping, accuracy, evaluate, fit
from minigrad.training import loop as loops
from tests.minigrad.training.fitting import fitted, loader, net, points, rng, sgd


def test_it_is_the_loop_written_by_hand():
    one, two = net(), net()
    history = fitted(one, 3, validation=loader(), metrics={"accuracy": accuracy})
    optimizer, losses = sgd(two), []
    for _ in range(3):
        sums = 0.0
        for x, y in loader():
            optimizer.zero_grad()
            loss = mg.cross_entropy(two(mg.tensor(x)), y)
            loss.backward()
            optimizer.step()
            sums += loss.item() * len(x)
        losses.append(sums / 40)
    assert history["loss"] == pytest.approx(losses, rel=1e-14)
    for a, b in zip(one.parameters(), two.parameters(), strict=True):
        np.testing.assert_array_equal(a.data, b.data)
    x, y = points()
    assert history["validation_loss"][-1] == pytest.approx(mg.cross_entropy(two(x), y).item())
    assert history["validation_accuracy"][-1] == pytest.approx(np.mean(two(x).data.argmax(1) == y))
    assert list(history) == ["loss", "accuracy", "validation_loss", "validation_accuracy"]
    assert history.remark == ""


def test_loaders_of_all_kinds_and_several_inputs():
    x, y = points()
    fitted(net(), 2, data=mg.data.DataLoader(mg.data.ArrayDataset(x, y), batch_size=16))
    fitted(net(), 2, data=lambda: mg.data.batches(x, y, size=16, rng=rng()))
    fitted(net(), 1, data=mg.data.batches(x, y, size=16))

    class Sum(mg.nn.Module):
        def __init__(self):
            self.layer = net()

        def forward(self, a, b):
            return self.layer(a) + self.layer(b)

    assert fitted(Sum(), 1, data=[(x, x, y)]).epochs == 1


def test_parts_in_eval_mode_stay_there():
    model = mg.nn.Sequential(mg.nn.BatchNorm1d(2).eval(), mg.nn.BatchNorm1d(2), *net())
    fitted(model, 1, validation=loader())
    assert [part.training for part in model] == [False, True, True, True, True]
    assert not model[0].running_mean.data.any()
    assert model[1].running_mean.data.any()
    fitted(model.eval(), 1)
    assert all(part.training for part in model.modules())


def test_evaluate_learns_and_changes_nothing():
    model = mg.nn.Sequential(mg.nn.BatchNorm1d(2), mg.nn.Dropout(0.5, rng()), *net())
    before = model.state_dict()
    values = evaluate(
        model, loader(), mg.cross_entropy, {"accuracy": accuracy, "largest": lambda out, y: out.max()}
    )
    assert list(values) == ["loss", "accuracy", "largest"]
    assert all(np.array_equal(before[name], after) for name, after in model.state_dict().items())
    assert all(part.training for part in model.modules())
    assert all(p.grad is None for p in model.parameters())
    x, y = points()
    assert values["loss"] == pytest.approx(mg.cross_entropy(model.eval()(x), y).item())


def test_the_scheduler_and_the_callbacks_come_after_each_epoch():
    model, seen = net(), []
    optimizer = sgd(model)
    scheduler = mg.optim.StepLR(optimizer, 1, gamma=0.5)
    callback = lambda run: seen.append((run.epoch, run.epochs, optimizer.lr, len(run.history["loss"])))
    fitted(model, 3, optimizer=optimizer, scheduler=scheduler, callbacks=[callback])
    assert seen == [(1, 3, 0.05, 1), (2, 3, 0.025, 2), (3, 3, 0.0125, 3)]


def test_a_callback_may_stop_the_training():
    history = fitted(net(), 9, callbacks=[lambda run: run.stop("enough") if run.epoch == 2 else None])
    assert history.epochs == 2
    assert history.remark == "enough."
    assert repr(history).endswith("enough.")


def test_a_history_goes_on():
    straight = fitted(net(), 5)
    model = net()
    optimizer = sgd(model)
    history = fitted(model, 2, optimizer=optimizer)
    assert fitted(model, 5, optimizer=optimizer, history=history) is history
    assert history == straight


# What goes wrong ----------------------------------------------------------------------------------------


def test_a_loss_that_is_no_number_stops_before_the_weights_are_spoilt():
    x, y = points()
    bad = x.copy()
    bad[0] = np.nan
    model, calls = net(), []

    def data():
        calls.append(1)
        return [(x, y), (bad if len(calls) == 2 else x, y)]

    with pytest.raises(
        DivergedError,
        match=r"The loss is nan in epoch 2, batch 2, with a learning rate of 0.1. .*clip_grad_norm_",
    ) as caught:
        fitted(model, 3, data=data)
    assert caught.value.history.epochs == 1
    assert all(np.isfinite(p.data).all() for p in model.parameters())
    assert isinstance(caught.value, mg.AnomalyError)


def test_a_rate_that_is_too_large_is_noticed():
    model = mg.nn.Linear(2, 1, rng())
    x, _ = points()
    with (
        np.errstate(over="ignore"),
        pytest.raises(DivergedError, match=r"The loss is inf in epoch .* rate of 100"),
    ):
        fit(
            model,
            [(x, x[:, :1])],
            mg.nn.MSELoss(),
            mg.optim.SGD(model.parameters(), lr=100),
            500,
            progress=False,
        )


def test_ctrl_c_keeps_what_was_learned():
    model, stopping = net(), EarlyStopping(5, monitor="loss")
    before = model.state_dict()

    def interrupt(run):
        if run.epoch == 2:
            raise KeyboardInterrupt

    history = fitted(model, 9, callbacks=[stopping, interrupt])
    assert history.epochs == 2
    assert history.remark.startswith("interrupted in epoch 3")
    assert not np.array_equal(model.state_dict()["layers.0.weight"], before["layers.0.weight"])
    assert fitted(model, 4, history=history).remark == ""


def test_loaders_that_cannot_be_used():
    x, y = points()
    with pytest.raises(
        ValueError, match=r"can be gone through only once, but there are 2 epochs.*lambda: mg.data"
    ):
        fitted(net(), 2, data=mg.data.batches(x, y, size=8))
    with pytest.raises(ValueError, match=r"nothing to learn from in epoch 1: the loader gave no batch"):
        fitted(net(), 1, data=[])
    with pytest.raises(ValueError, match=r"A batch is a tuple \(x, y\).* this one is a ndarray"):
        fitted(net(), 1, data=[x])
    with pytest.raises(ValueError, match=r"this one is a tuple of 1"):
        fitted(net(), 1, data=[(x,)])
    with pytest.raises(ValueError, match=r"nothing to evaluate on"):
        evaluate(net(), [], mg.cross_entropy)
    with pytest.raises(ValueError, match=r"epochs=0: to learn, it takes at least one"):
        fitted(net(), 0)


def test_accuracy():
    assert accuracy(mg.tensor([[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]), mg.tensor([1, 1, 1])) == pytest.approx(
        2 / 3
    )
    with pytest.raises(
        ValueError, match=r"Scores of shape \(3, 2\) need classes of shape \(3,\), not \(3, 1\)"
    ):
        accuracy(np.zeros((3, 2)), np.zeros((3, 1)))


# Progress -----------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_the_bar_is_only_shown_where_somebody_looks(monkeypatch):
    data = loader()
    model = net()
    for stream, seen in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        fit(model, data, mg.nn.CrossEntropyLoss(), sgd(model), 2)
        assert ("6/6" in stream.getvalue()) is seen
        assert ("epoch 2 of 2" in stream.getvalue()) is seen
        assert ("loss=" in stream.getvalue()) is seen
    monkeypatch.setattr(sys, "stderr", Terminal())
    fit(model, data, mg.nn.CrossEntropyLoss(), sgd(model), 1, progress=False)
    assert sys.stderr.getvalue() == ""


def test_the_bar_is_closed_when_something_fails(monkeypatch):
    closed = []
    monkeypatch.setattr(loops.Bar, "close", lambda self: closed.append(True))
    with pytest.raises(ValueError, match=r"no batch"):
        fitted(net(), 1, data=[])
    assert closed == [True]


# Real data ----------------------------------------------------------------------------------------------


def test_one_epoch_of_lenet_on_the_digits():
    source, split = rng(), mg.data.digits()
    shape = lambda x: x.reshape(-1, 1, 8, 8)
    layer = {"rng": source, "dtype": np.float32}
    lenet = mg.nn.Sequential(
        mg.nn.Conv2d(1, 6, 3, padding=1, **layer), mg.nn.ReLU(), mg.nn.MaxPool2d(2),
        mg.nn.Conv2d(6, 16, 3, padding=1, **layer), mg.nn.ReLU(), mg.nn.MaxPool2d(2), mg.nn.Flatten(),
        mg.nn.Linear(64, 32, **layer), mg.nn.ReLU(), mg.nn.Linear(32, 10, **layer),
    )  # fmt: skip
    test = [(shape(split.x_test), split.y_test)]
    before = evaluate(lenet, test, mg.cross_entropy, {"accuracy": accuracy})
    history = fit(
        lenet,
        lambda: mg.data.batches(shape(split.x_train), split.y_train, size=32, rng=source),
        mg.nn.CrossEntropyLoss(),
        mg.optim.Adam(lenet.parameters(), lr=0.01),
        epochs=1,
        validation=test,
        metrics={"accuracy": accuracy},
        progress=False,
    )
    assert before["accuracy"] < 0.3
    assert history["validation_loss"][0] < before["loss"] / 2
    assert history["validation_accuracy"][0] > 0.6
    assert {p.dtype.name for p in lenet.parameters()} == {"float32"}
