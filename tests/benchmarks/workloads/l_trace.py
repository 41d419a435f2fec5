"""L. What it costs to watch: recording a trace of B's chain, beside the plain backward pass."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.benchmarks.job import Job, Target, Workload
from tests.benchmarks.workloads import b_elementwise
from tests.benchmarks.workloads.b_elementwise import Task, chain, gradients


def built(task: Task) -> tuple[Any, list]:
    """The result of the chain, and its leaves."""
    import minigrad as mg

    leaves = [
        mg.tensor(a, requires_grad=True, name=name)
        for name, a in zip("xwb", (task.x, task.w, task.b), strict=True)
    ]
    return chain(np, *leaves, task.blocks), leaves


def backward(task: Task) -> Job:
    """The plain backward pass."""
    out, leaves = built(task)

    def step() -> float:
        for leaf in leaves:
            leaf.grad = None
        out.backward()
        return out.item()

    return Job(step, lambda: gradients(*(leaf.grad for leaf in leaves)))


def backward_after_trace(task: Task) -> Job:
    """The same in a process that has recorded a trace before."""
    import minigrad as mg

    out, _ = built(task)
    assert mg.trace(out).frames
    return backward(task)


def trace(task: Task) -> Job:
    """Recording alone."""
    import minigrad as mg

    out, _ = built(task)

    def step() -> float:
        mg.trace(out)
        return out.item()

    def answers() -> dict[str, Any]:
        run = mg.trace(out)
        found: dict[str, Any] = {}
        for frame in run.frames:  # the last word on each node
            found |= {k: told["grad"] for k, told in frame["set"].get("nodes", {}).items() if "grad" in told}
        ids = {node["name"]: node["id"] for node in run.nodes}
        return gradients(*(found[ids[name]]["values"] for name in "xwb"))

    return Job(step, answers)


def trace_read(task: Task) -> Job:
    """Recording, and reading every node and frame."""
    import minigrad as mg

    out, _ = built(task)

    def step() -> float:
        run = mg.trace(out)
        assert run.nodes
        assert run.frames
        return out.item()

    return Job(step, trace(task).answers)


WORKLOAD = Workload(
    letter="L",
    title="Recording a trace of B's chain",
    task=b_elementwise.task,
    reference=b_elementwise.hand,
    peers={
        "backward": backward,
        "backward_after_trace": backward_after_trace,
        "trace": trace,
        "trace_read": trace_read,
    },
    targets=(Target("trace", "backward", 3.0), Target("backward_after_trace", "backward", 1.03)),
    note="The graph exists already. Not recording must cost nothing: 3 % is what two equal processes differ by.",
)
