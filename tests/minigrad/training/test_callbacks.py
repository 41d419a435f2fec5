"""Early stopping: when, with which weights, and what it says of it."""

import numpy as np
import pytest

from minigrad.training import EarlyStopping
from tests.minigrad.training.fitting import fitted, net


class Losses:
    """A validation loss that goes where it is told, whatever the model says."""

    def __init__(self, *values):
        self.values = list(values)

    def __call__(self, run):
        run.history["validation_loss"] = self.values[: run.epoch]


def stopped(values, **options):
    model, weights = net(), []
    stopping = EarlyStopping(**options)
    keep = lambda run: weights.append(run.model.state_dict())
    history = fitted(model, len(values), callbacks=[Losses(*values), keep, stopping])
    kept = [all(np.array_equal(w[n], a) for n, a in model.state_dict().items()) for w in weights]
    return history, stopping, kept.index(True) + 1


def test_it_stops_after_patience_and_puts_the_best_weights_back():
    history, stopping, epoch = stopped([3, 1, 2, 1.5, 0.5], patience=2)
    assert history.epochs == 4
    assert (stopping.best, stopping.best_epoch, epoch) == (1, 2, 2)
    assert (
        history.remark == "validation_loss has not improved for 2 epochs; the weights are those of epoch 2."
    )


def test_the_best_weights_also_come_back_when_all_epochs_were_run():
    history, _, epoch = stopped([3, 1, 2], patience=5)
    assert (history.epochs, epoch, history.remark) == (3, 2, "the weights are those of epoch 2.")


def test_small_improvements_may_not_count():
    assert stopped([3, 2.95, 2.9, 2.0], patience=2, min_delta=0.2)[0].epochs == 3
    assert stopped([3, 2.95, 2.9, 2.0], patience=2)[2] == 4


def test_what_should_rise_and_what_is_not_to_be_restored():
    history, stopping, epoch = stopped([1, 3, 2, 2], patience=2, mode="max", restore=False)
    assert (history.epochs, stopping.best, epoch) == (4, 3, 4)
    assert stopping.weights is None


def test_nan_is_no_improvement_and_no_record():
    _, stopping, epoch = stopped([float("nan"), 2, float("nan")], patience=3)
    assert (stopping.best, epoch) == (2, 2)


def test_early_stopping_made_wrongly():
    with pytest.raises(
        ValueError, match=r"patience must be at least 1 and min_delta not negative; they are 0 and 0.0"
    ):
        EarlyStopping(0)
    with pytest.raises(ValueError, match='mode is "min" for what should fall or "max"'):
        EarlyStopping(1, mode="low")
    with pytest.raises(
        ValueError, match=r"watches 'validation_loss', but the history has loss. Give fit validation="
    ):
        fitted(net(), 2, callbacks=[EarlyStopping(1)])
