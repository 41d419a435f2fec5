"""A pretended GPU with CuPy's names, on which streams run in the worst order that their events allow."""

import random
import sys
import threading
import types
import weakref
from collections import deque

import numpy as np
import pytest

LOST = -7777.0  # what memory holds before anything was copied into it


class Event:
    """Passed once the stream on which it was recorded has come so far."""

    def __init__(self, gpu, disable_timing=False):
        self.gpu, self.disable_timing, self.done = gpu, disable_timing, False


class Stream:
    """Work in the order in which it was launched, none of it done until the schedule gets there."""

    def __init__(self, gpu, name, non_blocking=False):
        self.gpu, self.name, self.non_blocking, self.queue = gpu, name, non_blocking, deque()
        gpu.streams.append(self)

    def record(self, event=None):
        event = event or Event(self.gpu)
        self.launch(lambda: setattr(event, "done", True))
        return event

    def wait_event(self, event):
        self.launch(event)

    def launch(self, work):
        self.queue.append(work)
        self.gpu.play()

    def advance(self):
        """Do the next piece of work; False if there is none, or it waits for another stream."""
        if not self.queue or (isinstance(self.queue[0], Event) and not self.queue[0].done):
            return False
        work = self.queue.popleft()
        if not isinstance(work, Event):
            work()
        return True

    def synchronize(self):
        self.gpu.log.append(f"wait for {self.name}")
        while self.queue:
            assert any(s.advance() for s in (self, *self.gpu.streams)), "the streams wait for each other"


class Array:
    """An array on the GPU. Its memory goes back to the pool of its stream as soon as Python drops it."""

    def __init__(self, gpu, shape, dtype):
        self.gpu, self.shape, self.dtype = gpu, shape, np.dtype(dtype)
        self.memory = gpu.memory.take(shape, dtype)
        weakref.finalize(self, gpu.memory.give, self.memory)

    def __len__(self):
        return self.shape[0]

    def set(self, source, stream):
        assert source.base is not None, "the source must be pinned, or the copy is no asynchronous one"
        target, pinned = self.memory, source.base  # the hardware knows addresses, not Python's references
        self.gpu.log.append(f"copy {source.flat[0]:g}")
        stream.launch(lambda: np.copyto(target, pinned))


Array.__module__ = "cupy"


class Pool:
    """Memory that is used again at once, the last that came back first."""

    def __init__(self):
        self.free, self.lock, self.made = [], threading.Lock(), 0

    def take(self, shape, dtype):
        with self.lock:
            for k in reversed(range(len(self.free))):
                if self.free[k].shape == tuple(shape) and self.free[k].dtype == dtype:
                    return self.free.pop(k)
            self.made += 1
        return np.full(shape, LOST, dtype)

    def give(self, memory):
        with self.lock:
            self.free.append(memory)


class Gpu:
    """Streams, memory, and a schedule: which stream runs ahead of the others."""

    def __init__(self, ahead):
        self.streams, self.log, self.ahead = [], [], ahead
        self.memory, self.pinned = Pool(), Pool()
        self.computing = Stream(self, "computing")
        self.random = random.Random(0)

    def play(self):
        """After each launch, the streams that the schedule favours run as far as they can."""
        for stream in self.streams:
            chance = self.ahead == "any" and self.random.random() < 0.5
            while (stream.name == self.ahead or chance) and stream.advance():
                pass

    def step(self, array, results):
        """Launch a computation that reads the array when its turn comes."""
        memory = array.memory
        self.log.append("step")
        self.computing.launch(lambda: results.append(memory.copy()))

    def empty_pinned(self, shape, dtype):
        memory = self.pinned.take(shape, dtype)
        array = memory.view()
        weakref.finalize(array, self.pinned.give, memory)
        return array

    def modules(self):
        """The two modules under which CuPy offers this."""
        runtime = types.SimpleNamespace(getDeviceCount=lambda: 1)
        cuda = types.SimpleNamespace(
            runtime=runtime,
            Stream=lambda non_blocking=False: Stream(self, "copying", non_blocking),
            Event=lambda disable_timing=False: Event(self, disable_timing),
            get_current_stream=lambda: self.computing,
        )
        cupy = types.SimpleNamespace(cuda=cuda, empty=lambda shape, dtype: Array(self, shape, dtype))
        return cupy, types.SimpleNamespace(empty_pinned=self.empty_pinned)


@pytest.fixture
def make_gpu(monkeypatch):
    """A function that puts a pretended GPU in CuPy's place; its argument is the stream that runs ahead."""

    def make(ahead):
        gpu = Gpu(ahead)
        cupy, cupyx = gpu.modules()
        monkeypatch.setitem(sys.modules, "cupy", cupy)
        monkeypatch.setitem(sys.modules, "cupyx", cupyx)
        return gpu

    return make


@pytest.fixture
def no_threads_left():
    """Fails if a thread of the loader outlives the test."""
    yield
    assert not [t.name for t in threading.enumerate() if t.name.startswith("minigrad-data")]
