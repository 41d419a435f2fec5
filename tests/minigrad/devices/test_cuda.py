"""mg.cuda: what it says where there is a GPU, where there is none, and where CuPy itself is broken."""

import builtins
import sys
import types

import numpy as np
import pytest

import minigrad as mg
from tests.minigrad.devices import pretended

INSTALL = r"install minigrad-toolkit\[cuda12\] or minigrad-toolkit\[cuda13\]"
ASKING = {
    "name": mg.cuda.name,
    "memory_allocated": mg.cuda.memory_allocated,
    "memory_reserved": mg.cuda.memory_reserved,
    "empty_cache": mg.cuda.empty_cache,
    "synchronize": mg.cuda.synchronize,
}


class CUDARuntimeError(RuntimeError):
    """What CuPy raises where there is no driver. Its own is not at hand without CuPy."""


def no_driver():
    raise CUDARuntimeError(
        "cudaErrorInsufficientDriver: CUDA driver version is insufficient for CUDA runtime version"
    )


@pytest.fixture(params=["no CuPy", "no driver", "no GPU", "broken CuPy"])
def nothing(request, monkeypatch):
    """A machine on which there is nothing to compute on, and what is to be said of it."""
    if request.param == "no CuPy":
        monkeypatch.setitem(sys.modules, "cupy", None)
        return "CuPy is not installed"
    if request.param == "broken CuPy":
        real = builtins.__import__

        def broken(name, *args, **kwargs):
            if name == "cupy":
                raise RuntimeError("CuPy is not correctly installed. …")
            return real(name, *args, **kwargs)

        monkeypatch.delitem(sys.modules, "cupy", raising=False)
        monkeypatch.setattr(builtins, "__import__", broken)
        return "CuPy is installed, but cannot be imported"
    pretended.install(monkeypatch, count=0)
    if request.param == "no driver":
        sys.modules["cupy"].cuda.runtime.getDeviceCount = no_driver
        return "CuPy is installed, but finds no driver that it can use"
    return "CuPy is installed, but finds no GPU"


def test_without_a_gpu_nothing_is_available_and_nothing_raises(nothing):
    assert mg.cuda.is_available() is False
    assert mg.cuda.device_count() == 0


@pytest.mark.parametrize("name", ASKING)
def test_without_a_gpu_each_question_gets_one_sentence(nothing, name):
    with pytest.raises(mg.UsageError) as caught:
        ASKING[name]()
    said = str(caught.value)
    assert said.startswith(f"mg.cuda.{name}() needs an NVIDIA GPU with its driver, and CuPy: install ")
    assert said.endswith(f'({nothing}). Without one, device="cpu" does the same.')
    assert "cudaError" not in said
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "use",
    [
        lambda: mg.tensor(1.0, device="cuda"),
        lambda: mg.Parameter([1.0], device="cuda"),
        lambda: mg.tensor(1.0).to("cuda"),
        lambda: mg.nn.Linear(2, 3, np.random.default_rng(0)).to("cuda"),
        lambda: mg.data.DataLoader([1, 2], 1, device="cuda"),
    ],
)
def test_without_a_gpu_nothing_goes_there(nothing, use):
    with pytest.raises(
        mg.UsageError, match=rf'^device="cuda" needs an NVIDIA GPU with its driver, and CuPy: {INSTALL}'
    ):
        use()


def test_an_unknown_device():
    with pytest.raises(mg.UsageError, match="There is no device 'gpu'; minigrad knows cpu and cuda"):
        mg.tensor(1.0).to("gpu")


def test_what_a_gpu_holds(monkeypatch):
    pool = pretended.Pool(used=3_000, total=10_000)
    pretended.install(monkeypatch, count=2, pool=pool)
    assert mg.cuda.is_available() is True
    assert mg.cuda.device_count() == 2
    assert (mg.cuda.name(), mg.cuda.name(1)) == ("Pretended GPU 0", "Pretended GPU 1")
    assert (mg.cuda.memory_allocated(), mg.cuda.memory_reserved()) == (3_000, 10_000)
    mg.cuda.empty_cache()
    assert (mg.cuda.memory_allocated(), mg.cuda.memory_reserved()) == (3_000, 3_000)
    mg.cuda.synchronize()
    with pytest.raises(mg.UsageError, match="There is no GPU number 2; this machine has 2, counted from 0"):
        mg.cuda.name(2)


def test_synchronize_waits_for_the_whole_device(monkeypatch):
    pretended.install(monkeypatch)
    waited = []
    sys.modules["cupy"].cuda.runtime.deviceSynchronize = lambda: waited.append(1)
    mg.cuda.synchronize()
    assert waited == [1]


@pytest.mark.skipif(not mg.cuda.is_available(), reason="CuPy finds no GPU on this machine")
def test_a_real_gpu():
    before = mg.cuda.memory_allocated()
    x = mg.tensor(np.zeros(1_000_000), device="cuda")
    assert mg.cuda.memory_allocated() - before >= 8_000_000
    assert mg.cuda.memory_reserved() >= mg.cuda.memory_allocated()
    mg.cuda.synchronize()
    del x
    mg.cuda.empty_cache()
    assert mg.cuda.memory_allocated() <= before + 512
    assert len(mg.cuda.name()) > 3


def test_importing_minigrad_does_not_import_cupy():
    import subprocess

    code = "import sys, minigrad; assert 'cupy' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_module_that_only_looks_like_cupy(monkeypatch):
    """Somebody's own cupy.py, or half of one: no GPU, and no error."""
    monkeypatch.setitem(sys.modules, "cupy", types.ModuleType("cupy"))
    assert not mg.cuda.is_available()
