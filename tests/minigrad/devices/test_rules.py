"""The tables of rules once more, on devices: each probe of `tests/minigrad/rules` at both orders.

The tests are the same objects. Here the check that they call compares a device with the CPU, instead of the CPU with
finite differences; and the arrays that they write down are made on the device, as a user of one would.
"""

import contextlib
import importlib
from pathlib import Path

import numpy as np
import pytest

from minigrad import device as devices
from tests.minigrad.devices.both import check_on

PROBES = Path(__file__).parent.parent / "rules"
MAKERS = {"array", "asarray", "zeros", "ones", "full", "eye", "arange", "linspace"}


class DeviceNumpy:
    """NumPy, making its arrays on a device."""

    def __init__(self, device):
        self._device = device

    def __getattr__(self, name):
        value = getattr(np, name)
        return self._moved(value) if name in MAKERS else value

    def _moved(self, make):
        def call(*args, **kwargs):
            made = make(*args, **kwargs)
            return self._device.array(made) if isinstance(made, np.ndarray) else made

        return call


@contextlib.contextmanager
def constants_of(module, device):
    """While this is open, the arrays of a test module are on the device."""
    before = {name: value for name, value in vars(module).items() if isinstance(value, np.ndarray)}
    try:
        vars(module).update(
            {name: device.array(value) for name, value in before.items()}, np=DeviceNumpy(device)
        )
        yield
    finally:
        vars(module).update(before, np=np)


@pytest.fixture(params=["strict", *["cuda"] * devices.is_available()])
def elsewhere(request, prepared):
    """As everywhere here; but where there is no GPU, "cuda" is left out instead of skipped some thousand times."""
    return prepared(request.param)


@pytest.fixture(autouse=True)
def on_the_device(request, elsewhere, monkeypatch):
    """The checks of the module that the test comes from, on the device."""
    name = request.node.name
    for apart, why in APART.items():
        if all(part in name for part in apart.split("-")):
            pytest.skip(why)
    module = importlib.import_module(request.function.__module__)
    elsewhere.constants = lambda: constants_of(module, elsewhere)
    for name in ("check", "check_double"):
        if hasattr(module, name):
            monkeypatch.setattr(
                module, name, lambda fn, *inputs, second=True: check_on(elsewhere, fn, inputs, second)
            )


APART = {  # probes that write down constants which no device can be chosen for
    "elementwise_clip_by_keywords": "np.clip(…, max=…) of what wants a gradient goes to CuPy, which has no such option",
    "normalization_batch_norm": "running statistics drawn on the CPU; tests of nn.BatchNorm stand in for it",
    "pooling_the_pairs_of_transposes": "winners drawn on the CPU",
    "sampled_edges_of_differences": "np.diff hands CuPy NumPy's own mark for what is not given",
    "sampled_sampled_functions-ediff1d": "ends drawn on the CPU",
    "shape_moving_entries-append constants": "constants drawn on the CPU",
}


def probes():
    """The tests that do nothing but call a check: by `file: name`."""
    for path in sorted(PROBES.glob("test_*.py")):
        module = importlib.import_module(f"tests.minigrad.rules.{path.stem}")
        for name, test in vars(module).items():
            if name.startswith("test_") and {"check", "check_double"} & set(test.__code__.co_names):
                yield f"{path.stem}_{name.removeprefix('test_')}", test


globals().update(probes())
