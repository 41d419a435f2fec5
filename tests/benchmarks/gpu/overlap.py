"""What a loader hides: copies of batches to the GPU, beside the steps before them.

With this module, one can
- measure it:     found = overlap(small=False); found.hidden, found.spans[2]

`spans` holds when each copy and each step began and ended, as the GPU's own clock has it: events on their streams.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import minigrad as mg
from minigrad.data import loader as loaders
from minigrad.data.overlap import Courier

Span = tuple[str, float, float]  # "copy" or "step", when it began, when it ended, in milliseconds


class Overlap(NamedTuple):
    """What was found.

    Attributes:
        copy, step: seconds for one batch, alone.
        per_batch: by prefetch, seconds per batch of an epoch.
        spans: by prefetch, what the GPU did in an epoch.
        bytes: of a batch.
    """

    copy: float
    step: float
    per_batch: dict[int, float]
    spans: dict[int, list[Span]]
    bytes: int

    @property
    def hidden(self) -> float:
        """The share of the copies that takes no time of its own with prefetch=2."""
        left = (self.per_batch[2] - self.step) / self.copy
        return min(1.0, max(0.0, 1.0 - left))


def overlap(small: bool, batches: int = 24) -> Overlap:
    """Epochs with and without prefetch, of a network whose steps take longer than the copies of their batches."""
    rows, features = (32, 8) if small else (2048, 4096)
    rng = np.random.default_rng(0)
    x = rng.standard_normal((rows * batches, features), dtype=np.float32)
    data = mg.data.ArrayDataset(x, rng.integers(0, 10, len(x)))
    step = stepper(features)
    first = mg.tensor(x[:rows], device="cuda"), mg.tensor(data[:rows][1], device="cuda")
    for _ in range(3):
        step(*first)
    resident = per_step(lambda: step(*first), batches)
    epoch(data, rows, 2, step)  # the pinned memory is there from now on
    copies = [
        end - begun for what, begun, end in epoch(data, rows, 0, lambda x, y: None)[1] if what == "copy"
    ]
    found = {prefetch: epoch(data, rows, prefetch, step) for prefetch in (0, 2)}
    return Overlap(
        float(np.median(copies)) / 1000,
        resident,
        {prefetch: taken / batches for prefetch, (taken, _) in found.items()},
        {prefetch: spans for prefetch, (_, spans) in found.items()},
        x[:rows].nbytes,
    )


def stepper(features: int) -> Callable[[Any, Any], None]:
    """A step of training: features-features-features-10."""
    rng = np.random.default_rng(1)
    sizes = features, features, features, 10
    layers: list[Any] = []
    for n, m in itertools.pairwise(sizes):
        layers += [mg.nn.Linear(n, m, rng, dtype=np.float32), mg.nn.ReLU()]
    net = mg.nn.Sequential(*layers[:-1]).to("cuda")
    optimizer = mg.optim.SGD(net.parameters(), lr=1e-3, momentum=0.9)

    def step(x: Any, y: Any) -> None:
        optimizer.zero_grad()
        mg.cross_entropy(net(x), y).backward()
        optimizer.step()

    return step


def per_step(step: Callable[[], None], count: int) -> float:
    """Seconds for one of so many steps."""
    mg.cuda.synchronize()
    begun = time.perf_counter()
    for _ in range(count):
        step()
    mg.cuda.synchronize()
    return (time.perf_counter() - begun) / count


class TimedCourier(Courier):
    """Notes when each copy begins and ends on its stream."""

    copies: list[tuple[Any, Any]]

    def send(self, arrays: tuple) -> tuple[Any, tuple]:
        computing = self.cupy.cuda.get_current_stream()
        self.stream.wait_event(computing.record(self.event()))  # as the copy does: it begins behind that
        begun = self.stream.record(self.cupy.cuda.Event())
        parcel = super().send(arrays)
        self.copies.append((begun, self.stream.record(self.cupy.cuda.Event())))
        return parcel


def epoch(data: Any, rows: int, prefetch: int, step: Callable[[Any, Any], None]) -> tuple[float, list[Span]]:
    """The seconds that an epoch takes, and what the GPU did meanwhile."""
    import cupy

    TimedCourier.copies, steps = [], []
    loader = mg.data.DataLoader(data, rows, device="cuda", prefetch=prefetch, num_workers=4)
    stream, before = cupy.cuda.get_current_stream(), loaders.Courier
    loaders.Courier = TimedCourier  # type: ignore[misc]
    try:
        mg.cuda.synchronize()
        origin, begun = stream.record(cupy.cuda.Event()), time.perf_counter()
        for x, y in loader:
            started = stream.record(cupy.cuda.Event())
            step(x, y)
            steps.append((started, stream.record(cupy.cuda.Event())))
        mg.cuda.synchronize()
        taken = time.perf_counter() - begun
    finally:
        loaders.Courier = before  # type: ignore[misc]
    at = lambda event: cupy.cuda.get_elapsed_time(origin, event)
    spans = [("copy", at(a), at(b)) for a, b in TimedCourier.copies] + [
        ("step", at(a), at(b)) for a, b in steps
    ]
    return taken, spans
