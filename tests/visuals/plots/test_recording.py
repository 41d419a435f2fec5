"""Recorder: activations, gradients and parameters of a training, pass by pass."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import pytest

import minigrad as mg
from visuals.plots import Recorder
from visuals.plots.recording import Series, short


def mlp() -> Any:
    rng = np.random.default_rng(0)
    return mg.nn.Sequential(mg.nn.Linear(3, 4, rng), mg.nn.Tanh(), mg.nn.Linear(4, 2, rng))


def test_what_is_recorded_is_what_went_through() -> None:
    net, x = mlp(), np.ones((5, 3))
    with Recorder(net) as record:
        for _ in range(3):
            net.zero_grad()
            net(x).sum().backward()
            record.step()
    h = np.tanh(x @ net[0].weight.data + net[0].bias.data)
    np.testing.assert_allclose(record.activations.samples["1 Tanh"][1], h.ravel())
    assert record.activations.norms["1 Tanh"] == pytest.approx([np.linalg.norm(h)] * 3)
    through = np.ones((5, 2)) @ net[2].weight.data.T
    np.testing.assert_allclose(record.activation_gradients.samples["1 Tanh"][2], through.ravel())
    np.testing.assert_allclose(record.gradients.samples["2.weight"][0], (h.T @ np.ones((5, 2))).ravel())
    np.testing.assert_array_equal(record.parameters.samples["0.bias"][0], net[0].bias.data)
    assert list(record.gradients.samples) == ["0.weight", "0.bias", "2.weight", "2.bias"]


def test_the_network_is_left_as_it_was() -> None:
    net = mlp()
    record = Recorder(net)
    with contextlib.suppress(KeyboardInterrupt), record:
        net(np.ones((1, 3)))
        raise KeyboardInterrupt
    net(np.ones((1, 3)))
    assert record.activations.times == 1


def test_passes_without_gradients_leave_no_trace() -> None:
    net = mlp()
    with Recorder(net) as record:
        with mg.no_grad():
            net(np.ones((1, 3)))
        net(np.ones((1, 3)))
    assert record.activations.times == 1


def test_a_layer_that_is_used_twice_is_one_layer() -> None:
    class Twice(mg.nn.Module):
        def __init__(self) -> None:
            self.layer = mg.nn.Linear(2, 2, np.random.default_rng(0))

        def forward(self, x: Any) -> Any:
            return self.layer(self.layer(x))

    net = Twice()
    with Recorder(net) as record:
        for _ in range(2):
            net(np.ones((3, 2))).sum().backward()
    assert list(record.activations.norms) == ["layer Linear"]
    assert [len(s) for s in record.activations.samples["layer Linear"]] == [12, 12]
    assert [len(s) for s in record.activation_gradients.samples["layer Linear"]] == [12, 12]


def test_a_model_that_is_one_layer() -> None:
    net = mg.nn.Linear(2, 1, np.random.default_rng(0))
    with Recorder(net) as record:
        net(np.ones((3, 2)))
        net(np.ones((3, 2)))
    assert record.activations.times == 2


def test_large_arrays_are_sampled_but_their_norms_are_whole() -> None:
    series = Series(keep=10)
    series.add("x", 0, np.arange(1000.0))
    assert series.samples["x"][0].tolist() == list(range(0, 1000, 100))
    assert series.norms["x"] == pytest.approx([np.linalg.norm(np.arange(1000.0))])


def test_what_is_missing_is_empty() -> None:
    series = Series()
    series.add("x", 1, np.ones(2))
    assert [len(s) for s in series.samples["x"]] == [0, 2]
    assert np.isnan(series.norms["x"][0])
    assert Series().times == 0


def test_a_frozen_parameter_has_no_gradients() -> None:
    net = mlp()
    net[0].requires_grad_(False)
    with Recorder(net) as record:
        net(np.ones((1, 3))).sum().backward()
        record.step()
    assert list(record.gradients.norms) == ["2.weight", "2.bias"]
    assert len(record.parameters.norms) == 4


def test_refusals() -> None:
    with pytest.raises(TypeError, match=r"watches a module of mg\.nn, not a function"):
        Recorder(lambda x: x)
    with (
        Recorder(mlp()) as record,
        pytest.raises(RuntimeError, match=r"No parameter has a gradient: call record\.step\(\) after"),
    ):
        record.step()
    assert short("layers") == ""
