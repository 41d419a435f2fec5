"""A training step with momentum as the users of each engine write it, with everything on the GPU.

A step is launched, and not waited for: nobody looks at the loss of each step.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

import minigrad as mg
from tests.benchmarks.gpu.tasks import Task
from tests.benchmarks.workloads.training import MOMENTUM, RATE


class Steps(NamedTuple):
    """What can be done with a network in training.

    Attributes:
        step: launch one step.
        seen: the loss and the gradients of the latest step, as NumPy arrays.
        wait: until all steps are done.
    """

    step: Callable[[], None]
    seen: Callable[[], dict[str, np.ndarray]]
    wait: Callable[[], None]


def minigrad(task: Task, device: str = "cuda") -> Steps:
    """Step by step, recorded each time."""
    p = {name: mg.Parameter(w, name, device=device) for name, w in task.weights.items()}
    turns = itertools.cycle([[mg.tensor(a, device=device) for a in batch] for batch in task.batches])
    optimizer, latest = mg.optim.SGD(p.values(), lr=RATE, momentum=MOMENTUM), {}

    def step() -> None:
        optimizer.zero_grad()
        latest["loss"] = loss = task.loss(*next(turns), **p)
        loss.backward()
        optimizer.step()

    def seen() -> dict[str, np.ndarray]:
        return {"loss": latest["loss"].numpy(), **{name: w.grad.numpy() for name, w in p.items()}}

    return Steps(step, seen, mg.cuda.synchronize if device == "cuda" else lambda: None)


def minigrad_compiled(task: Task) -> Steps:
    """A graph that was captured once, its elementwise calls in kernels of their own."""
    p = {name: mg.Parameter(w, name, device="cuda") for name, w in task.weights.items()}
    batches = [[mg.tensor(a, device="cuda") for a in batch] for batch in task.batches]
    run = mg.Graph(task.loss, x=batches[0][0], y=batches[0][1], **p).compile()
    turns = itertools.cycle([[t.data for t in batch] for batch in batches])
    optimizer, latest = mg.optim.SGD(p.values(), lr=RATE, momentum=MOMENTUM), {}

    def step() -> None:
        x, y = next(turns)
        latest["loss"], gradients = run(x=x, y=y, **{name: w.data for name, w in p.items()})
        for name, w in p.items():
            w.grad = mg.Tensor.wrap(gradients[name])
        optimizer.step()

    def seen() -> dict[str, np.ndarray]:
        return {"loss": mg.cuda.to_cpu(latest["loss"]), **{name: w.grad.numpy() for name, w in p.items()}}

    return Steps(step, seen, mg.cuda.synchronize)


def torch(task: Task) -> Steps:
    """PyTorch, eager, as it ships: it rounds the numbers of convolutions to TF32, those of matrix products not."""
    import torch
    from torch import nn

    layers: list[Any] = []
    for name, w in task.weights.items():
        if w.ndim == 4:
            layers += [nn.Conv2d(w.shape[1], w.shape[0], w.shape[2]), nn.ReLU(), nn.MaxPool2d(2)]
        elif w.ndim == 2:
            layers += [nn.Flatten()] * (name == "W1") + [nn.Linear(*w.shape), nn.ReLU()]
    model = nn.Sequential(*layers[:-1]).cuda()
    turned = lambda a: a.T if a.ndim == 2 else a
    with torch.no_grad():
        for q, w in zip(model.parameters(), task.weights.values(), strict=True):
            q.copy_(turned(torch.from_numpy(w)))
    turns = itertools.cycle([[torch.from_numpy(a).cuda() for a in batch] for batch in task.batches])
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM)
    cross_entropy, latest = nn.CrossEntropyLoss(), {}

    def step() -> None:
        optimizer.zero_grad()
        x, y = next(turns)
        latest["loss"] = loss = cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()

    def seen() -> dict[str, np.ndarray]:
        found = {"loss": latest["loss"]}
        found |= {name: turned(q.grad) for name, q in zip(task.weights, model.parameters(), strict=True)}
        return {name: t.detach().cpu().numpy() for name, t in found.items()}

    return Steps(step, seen, torch.cuda.synchronize)


def torch_float32(task: Task) -> Steps:
    """PyTorch without TF32, in steps and in what they launch."""
    made = torch(task)

    def step() -> None:
        with no_tf32():
            made.step()

    return made._replace(step=step)


@contextlib.contextmanager
def no_tf32() -> Iterator[None]:
    """While this is open, PyTorch's convolutions keep all digits too."""
    import torch

    before = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = False
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = before


ENGINES: dict[str, Callable[[Task], Steps]] = {
    "minigrad": minigrad,
    "minigrad_compiled": minigrad_compiled,
    "torch": torch,
    "torch_float32": torch_float32,
}


def installed(name: str) -> str:
    """Why an engine cannot be measured; an empty text if it can."""
    if not name.startswith("torch"):
        return ""
    try:
        import torch
    except ImportError:
        return "PyTorch is not installed"
    return "" if torch.cuda.is_available() else "PyTorch finds no GPU"
