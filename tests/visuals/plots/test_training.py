"""Training curves: lines, gaps, and the epoch that is marked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import minigrad as mg
from visuals.plots import caption, compare_runs, training_curves

HISTORY = {
    "loss": [1.0, 0.5, 0.3, 0.2],
    "validation_loss": [1.1, 0.7, 0.6, 0.8],
    "accuracy": [0.2, 0.6, 0.8, 0.7],
}


def legend_of(ax: Any) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_both_curves_are_the_numbers_by_epoch() -> None:
    ax = training_curves(HISTORY)
    for line, name in zip(ax.lines[:2], ("loss", "validation_loss"), strict=True):
        np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3, 4])
        np.testing.assert_array_equal(line.get_ydata(), HISTORY[name])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "loss")
    assert legend_of(ax) == ["training", "validation", "lowest: 0.6, epoch 3"]


def test_the_best_epoch_is_marked_by_what_is_good() -> None:
    history = {"accuracy": [0.5, 0.8, 0.9], "val_accuracy": [0.4, 0.7, 0.6]}
    assert legend_of(training_curves(history))[-1] == "highest: 0.7, epoch 2"
    assert legend_of(training_curves(history, mode="min"))[-1] == "lowest: 0.4, epoch 1"
    star = training_curves(HISTORY).lines[-1]
    assert (star.get_xdata()[0], star.get_ydata()[0]) == (3, 0.6)


def test_the_stopping_epoch_can_be_given() -> None:
    stopping = mg.EarlyStopping(patience=1)
    stopping.best_epoch = 2
    for given in (2, np.int64(2), stopping):
        assert legend_of(training_curves(HISTORY, stopping=given))[-1] == "stopping: 0.7, epoch 2"
    assert "epoch 3" not in " ".join(legend_of(training_curves(HISTORY, stopping=False)))
    with pytest.raises(ValueError, match="Epoch 5 cannot be marked: the history has epochs 1 to 4"):
        training_curves(HISTORY, stopping=5)
    with pytest.raises(TypeError, match="stopping is an epoch, an EarlyStopping, or False"):
        training_curves(HISTORY, stopping="early")


def test_a_history_of_fit_says_why_it_ended() -> None:
    net = mg.nn.Linear(1, 1, np.random.default_rng(0))
    data = [(np.ones((4, 1)), np.ones((4, 1)))]
    stopping = mg.EarlyStopping(patience=2, min_delta=0.01)
    history = mg.fit(
        net, data, mg.nn.MSELoss(), mg.optim.SGD(net.parameters(), lr=0.2), 50,
        validation=data, callbacks=[stopping], progress=False,
    )  # fmt: skip
    text = caption(training_curves(history, stopping=stopping))
    assert f"stopping in epoch {stopping.best_epoch}" in text
    assert text.endswith(f"the weights are those of epoch {stopping.best_epoch}.")


def test_other_quantities_have_their_own_name() -> None:
    ax = training_curves(HISTORY, "accuracy")
    assert ax.get_ylabel() == "accuracy"
    assert caption(ax) == "Accuracy over 4 epochs, from 0.2 to 0.7."
    assert training_curves({"lr": [0.1, 0.05]}).get_ylabel() == "lr"


def test_gaps_are_told() -> None:
    ax = training_curves({"loss": [None, 0.5, np.nan], "validation_loss": [1.0, np.inf, 0.9]})
    text = caption(ax)
    assert "2 values are NaN or infinite" in text
    assert "1 validation value is NaN or infinite" in text
    assert "from 0.5 to 0.5" in text
    assert "lowest in epoch 3" in text


@pytest.mark.parametrize(
    ("history", "options", "message"),
    [
        ({}, {}, r'history is empty: .* look like \{"loss"'),
        ([1.0], {}, "history is a dictionary"),
        ({"loss": []}, {}, "loss is empty"),
        ({"loss": [1.0]}, {"quantity": "accuracy"}, "The history has no 'accuracy'; it has loss"),
        ({"loss": [1.0], "val_loss": [1.0, 2.0]}, {}, "different lengths: loss 1, val_loss 2"),
        ({"loss": [np.nan], "val_loss": [np.nan]}, {}, "loss: all 2 values are NaN or infinite"),
        ({"loss": ["a"]}, {}, "loss: real numbers can be drawn"),
        ({"loss": [1.0]}, {"mode": "up"}, "mode is .* not 'up'"),
    ],
)
def test_histories_that_cannot_be_drawn(history: Any, options: dict, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        training_curves(history, **options)


def test_runs_are_compared() -> None:
    ax = compare_runs({"a": {"loss": [1.0, 0.5]}, "b": [2.0, 1.0, np.nan]}, log=True, x="step")
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [1.0, 0.5])
    assert ax.get_yscale() == "log"
    assert ax.get_xlabel() == "step"
    assert legend_of(ax) == ["a", "b", "b: not finite"]
    assert "1 value is NaN" in caption(ax)
    with pytest.raises(ValueError, match="The run 'a' has no 'lr'; it has loss"):
        compare_runs({"a": {"loss": [1.0]}}, "lr")


def test_one_epoch_is_a_point() -> None:
    ax = training_curves({"loss": [0.5]})
    ax.figure.draw_without_rendering()
    assert ax.lines[0].get_markevery() == [0]
    assert caption(ax) == "Loss over 1 epoch, from 0.5 to 0.5."


def test_what_ended_a_training_is_a_sentence() -> None:
    class Stopped(dict):
        remark = "validation_loss has not improved for 2 epochs"

    told = caption(training_curves(Stopped(loss=[1.0, 0.5, 0.2], validation_loss=[1.0, 1.1, 1.2])))
    assert told.endswith(" Validation loss has not improved for 2 epochs")
