"""D. A network as one trains it on handwritten digits: 784-256-128-10, batch 128, float32."""

import functools

from tests.benchmarks.job import Target, Workload
from tests.benchmarks.workloads import mlp, mlp_engines

PEERS = {
    "hand": mlp.hand,
    "hand_out": mlp.hand_out,
    "minigrad": mlp_engines.minigrad,
    "minigrad_compiled": mlp_engines.minigrad_compiled,
    "torch": mlp_engines.torch,
    "autograd": mlp_engines.autograd,
    "jax_jit": mlp_engines.jax_jit,
    "jax_eager": mlp_engines.jax_eager,
}

WORKLOAD = Workload(
    letter="D",
    title="MLP 784-256-128-10, batch 128, float32: training step with momentum",
    short="MLP, small",
    task=functools.partial(mlp.task, (784, 256, 128, 10), 128),
    reference=mlp.hand,
    peers=PEERS,
    targets=(
        Target("minigrad", "hand", 1.06),
        Target("minigrad", "torch", 0.9),
        Target("minigrad_compiled", "hand", 1.0),
    ),
    dtype="float32",
    threads=(1, 2),
)
