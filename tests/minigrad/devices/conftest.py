"""The devices that a test can take place on: "cpu"; "strict", a GPU that only pretends; "cuda", where there is one."""

import contextlib

import pytest

from minigrad import device as devices
from tests.minigrad.devices import pretended

NO_GPU = "CuPy finds no GPU on this machine; the tests marked strict stand in for it"


class Device:
    """A device and what a test needs to know of it.

    Attributes:
        kind: "cpu", "strict" or "cuda".
        name: what minigrad calls it.
        constants: a context in which the arrays that a test writes down are on the device too.
    """

    computes = True  # numbers can be compared

    def __init__(self, kind):
        self.kind, self.name = kind, "cpu" if kind == "cpu" else "cuda"
        self.constants = contextlib.nullcontext

    def array(self, values, dtype=None):
        """An array of this device."""
        return devices.as_array(values, dtype, self.name)


@pytest.fixture
def prepared(monkeypatch):
    """A function: the device of a kind, with what it needs put in place for this test."""

    def prepare(kind):
        if kind == "strict":
            pretended.install(monkeypatch)
        if kind == "cuda" and not devices.is_available():
            pytest.skip(NO_GPU)
        return Device(kind)

    return prepare


@pytest.fixture(params=["cpu", "strict", "cuda"])
def device(request, prepared):
    """One after the other."""
    return prepared(request.param)


@pytest.fixture(params=["strict", "cuda"])
def elsewhere(request, prepared):
    """Those that are not the CPU."""
    return prepared(request.param)
