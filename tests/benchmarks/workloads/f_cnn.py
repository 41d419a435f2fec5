"""F. A small convolutional network, 28 × 28, batch 64, float32, as the users of each engine write it.

conv 5×5, 16 → relu → max-pool 2 → conv 5×5, 32 → relu → max-pool 2 → linear 128 → relu → linear 10
"""

from __future__ import annotations

from typing import Any

from tests.benchmarks.job import Job, Target, Workload, tuned
from tests.benchmarks.workloads import training
from tests.benchmarks.workloads.cnn import Task, hand, hand_out, task


def minigrad(task: Task) -> Job:
    import minigrad as mg

    parameters = {name: mg.Parameter(w) for name, w in task.weights.items()}
    return training.with_minigrad(parameters, task.batches, lambda x, y: minigrad_loss(x, y, **parameters))


def minigrad_compiled(task: Task) -> Job:
    return training.with_minigrad_compiled(task.weights, task.batches, minigrad_loss)


def minigrad_loss(
    x: Any, y: Any, K1: Any, c1: Any, K2: Any, c2: Any, W1: Any, b1: Any, W2: Any, b2: Any
) -> Any:
    """The loss of a batch."""
    from minigrad.nn import functional as F

    h = F.max_pool2d(F.relu(F.conv2d(x, K1, c1)), 2)
    h = F.max_pool2d(F.relu(F.conv2d(h, K2, c2)), 2)
    h = F.relu(h.reshape(len(y), -1) @ W1 + b1)
    return F.cross_entropy(h @ W2 + b2, y)


def torch(task: Task) -> Job:
    from torch import nn

    outputs, inputs = task.weights["b1"].size, task.weights["W1"].shape[0]
    model = nn.Sequential(
        nn.Conv2d(1, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(inputs, outputs), nn.ReLU(), nn.Linear(outputs, 10),
    )  # fmt: skip
    return training.with_torch(task.weights, task.batches, model)


def autograd(task: Task) -> Job:
    import autograd.numpy as anp
    from autograd.scipy.signal import convolve

    def conv(x: Any, kernels: Any, bias: Any) -> Any:
        flipped = kernels[:, :, ::-1, ::-1]  # this convolution is the one of signal processing
        out = convolve(x, flipped, axes=([2, 3], [2, 3]), dot_axes=([1], [1]), mode="valid")
        return out + anp.reshape(bias, (-1, 1, 1))

    def pool(x: Any) -> Any:
        n, c, h, w = x.shape
        return anp.max(anp.reshape(x, (n, c, h // 2, 2, w // 2, 2)), axis=(3, 5))

    def loss(x: Any, y: Any, p: Any) -> Any:
        h = pool(anp.maximum(conv(x, p["K1"], p["c1"]), 0.0))
        h = pool(anp.maximum(conv(h, p["K2"], p["c2"]), 0.0))
        h = anp.maximum(anp.reshape(h, (len(x), -1)) @ p["W1"] + p["b1"], 0.0)
        return training.autograd_cross_entropy(h @ p["W2"] + p["b2"], y)

    return training.with_autograd(task.weights, task.batches, loss)


def jax_jit(task: Task) -> Job:
    import jax
    import jax.numpy as jnp

    def conv(x: Any, kernels: Any, bias: Any) -> Any:
        return jax.lax.conv(x, kernels, (1, 1), "VALID") + bias[:, None, None]

    def pool(x: Any) -> Any:
        window = (1, 1, 2, 2)
        return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, window, "VALID")

    def loss(x: Any, y: Any, p: Any) -> Any:
        h = pool(jnp.maximum(conv(x, p["K1"], p["c1"]), 0.0))
        h = pool(jnp.maximum(conv(h, p["K2"], p["c2"]), 0.0))
        h = jnp.maximum(jnp.reshape(h, (len(x), -1)) @ p["W1"] + p["b1"], 0.0)
        return training.jax_cross_entropy(h @ p["W2"] + p["b2"], y)

    return training.with_jax(task.weights, task.batches, loss, wrap=jax.jit)


WORKLOAD = Workload(
    letter="F",
    title="CNN, 28 × 28, batch 64, float32: training step with momentum",
    short="CNN",
    task=task,
    reference=hand,
    peers={
        "hand": hand,
        "hand_out": hand_out,
        "hand_tuned": tuned(hand),
        "minigrad": minigrad,
        "minigrad_tuned": tuned(minigrad),
        "minigrad_compiled": minigrad_compiled,
        "minigrad_compiled_tuned": tuned(minigrad_compiled),
        "torch": torch,
        "torch_tuned": tuned(torch),
        "autograd": autograd,
        "jax_jit": jax_jit,
    },
    targets=(Target("minigrad", "hand", 1.1), Target("minigrad_compiled_tuned", "torch", 1.0)),
    dtype="float32",
    tolerance=1e-3,
    threads=(1, 2),
    note="Hand-written is in PyTorch's layout (N, C, H, W). `_tuned`: after mg.tune_malloc(). In float32 a few signals "
    "fall on the other side of relu or max: gradients are compared to 1e-3, in float64 to 1e-10.",
)
