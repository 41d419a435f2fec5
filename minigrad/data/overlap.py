"""Minibatches on their way to the GPU while it computes on the one before.

    host       prepare k+1   prepare k+2   …
    copying       copy k+1      copy k+2   …       a stream of its own, from pinned memory
    computing     step k        step k+1   …       the user's stream

Three things must hold, and CUDA watches over none of them:

- the GPU must not compute on a batch before its copy has arrived: the computing stream waits for its event;
- memory that a finished batch left in CuPy's pool may still be read by kernels that were launched but have not run
  yet, so a copy into new memory waits for all that was launched before;
- the pinned memory must stay until the copy has left it: it is held until the event has passed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from contextlib import closing
from typing import Any

import numpy as np


class Courier:
    """Carries arrays to the GPU on a stream of its own.

    Needs CuPy and a GPU: `minigrad.device.check("cuda")` says so in one sentence.
    """

    def __init__(self) -> None:
        import cupy
        import cupyx

        self.cupy, self.cupyx = cupy, cupyx
        self.stream = cupy.cuda.Stream(non_blocking=True)
        self.leaving: deque[tuple[Any, list]] = deque()  # (event of the copy, the pinned arrays it reads)

    def load(self, arrays: tuple) -> tuple:
        """The arrays in pinned memory, from which a copy needs no help of the processor. For any thread."""
        return tuple(self.pinned(a) if isinstance(a, np.ndarray) else a for a in arrays)

    def pinned(self, array: np.ndarray) -> np.ndarray:
        """A copy in pinned memory, which CuPy takes from its own pool."""
        copy = self.cupyx.empty_pinned(array.shape, array.dtype)
        copy[...] = array
        return copy

    def send(self, arrays: tuple) -> tuple[Any, tuple]:
        """Start the copies and return at once: the event that says they have arrived, and the arrays to be."""
        while self.leaving and self.leaving[0][0].done:
            self.leaving.popleft()
        computing = self.cupy.cuda.get_current_stream()
        self.stream.wait_event(computing.record(self.event()))
        sent = []
        for array in arrays:
            if isinstance(array, np.ndarray):  # else it was on the GPU already
                target = self.cupy.empty(array.shape, array.dtype)
                target.set(array, stream=self.stream)
                sent.append(target)
            else:
                sent.append(array)
        arrived = self.stream.record(self.event())
        self.leaving.append((arrived, [a for a in arrays if isinstance(a, np.ndarray)]))
        return arrived, tuple(sent)

    def event(self) -> Any:
        """A new event; without a time stamp it costs less."""
        return self.cupy.cuda.Event(disable_timing=True)

    def receive(self, parcel: tuple[Any, tuple]) -> tuple:
        """The arrays, for use on the current stream: what is launched on it from now on waits for the copy."""
        arrived, arrays = parcel
        self.cupy.cuda.get_current_stream().wait_event(arrived)
        return arrays

    def close(self) -> None:
        """Wait for the copies that are under way; until then neither end of them may be given back."""
        self.stream.synchronize()
        self.leaving.clear()


def overlapped(courier: Courier, loaded: Generator[tuple], ahead: int) -> Generator[tuple]:
    """Batches on the GPU, with the copies of the next `ahead` ones started before each is handed out.

    Args:
        courier: what carries them.
        loaded: batches in pinned memory.
        ahead: 0 starts a copy only when its batch is asked for, so that the GPU waits for each.
    """
    parcels: deque[tuple[Any, tuple]] = deque()
    with closing(courier), closing(loaded):  # the threads end first, then the copies
        for arrays in loaded:
            parcels.append(courier.send(arrays))
            if len(parcels) > ahead:
                yield courier.receive(parcels.popleft())
        while parcels:
            yield courier.receive(parcels.popleft())
