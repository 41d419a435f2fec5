"""CuPy's module, as far as minigrad names it, on arrays that only pretend to be elsewhere."""

import sys
import time
import types

import numpy as np

from tests.minigrad.devices.kernels import ElementwiseKernel
from tests.minigrad.devices.strict import StrictArray, to_device, to_host


class Event:
    """Passed at once: here everything happens in the order in which it is asked for."""

    def __init__(self, block=False, disable_timing=False, interprocess=False):
        self.done, self.time = True, 0.0

    def record(self, stream=None):
        self.time = time.perf_counter()

    def synchronize(self):
        pass


class Stream:
    def __init__(self, null=False, non_blocking=False, ptds=False):
        self.non_blocking = non_blocking

    def record(self, event=None):
        event = event or Event()
        event.record(self)
        return event

    def wait_event(self, event):
        pass

    def synchronize(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        pass


class Pool:
    """CuPy's memory pool, by the names of its figures."""

    def __init__(self, used=0, total=0):
        self.used, self.total = used, total

    def used_bytes(self):
        return self.used

    def total_bytes(self):
        return self.total

    def free_all_blocks(self):
        self.total = self.used


def asarray(a, dtype=None, order=None, *, copy=None, blocking=False):
    if isinstance(a, StrictArray):
        return a if dtype is None else a.astype(dtype, copy=False)
    return to_device(np.array(pulled(a), dtype))


def pulled(a):
    """Lists of arrays of ours: CuPy joins them on the GPU."""
    return to_host(a, np.ndarray) if isinstance(a, (list, tuple)) else a


def modules(count=1, pool=None):
    """`cupy` and `cupyx`, for a machine with so many GPUs."""
    pool, stream = pool or Pool(), Stream(null=True)
    cupy, cupyx = types.ModuleType("cupy"), types.ModuleType("cupyx")
    runtime = types.SimpleNamespace(
        getDeviceCount=lambda: count,
        getDeviceProperties=lambda k: {"name": f"Pretended GPU {k}".encode()},
        deviceSynchronize=lambda: None,
        getDevice=lambda: 0,
    )
    cupy.cuda = types.SimpleNamespace(
        runtime=runtime, Stream=Stream, Event=Event, get_current_stream=lambda: stream,
        Device=lambda k=0: types.SimpleNamespace(id=k, synchronize=lambda: None),
        get_elapsed_time=lambda begun, ended: 1000 * (ended.time - begun.time),
    )  # fmt: skip
    cupy.ndarray, cupy.asarray, cupy.array = StrictArray, asarray, asarray
    cupy.ElementwiseKernel = ElementwiseKernel
    cupy.empty = lambda shape, dtype=float: to_device(np.full(shape, -7777, dtype))
    cupy.get_default_memory_pool = lambda: pool
    cupyx.empty_pinned = lambda shape, dtype=float: np.empty(shape, dtype)
    return cupy, cupyx


def install(monkeypatch, **options):
    """Put the two modules in CuPy's place, for the length of a test."""
    for module in modules(**options):
        monkeypatch.setitem(sys.modules, module.__name__, module)
