"""E. The same with layers so large that the time is NumPy's: 1024-2048-2048-10, batch 512, float32."""

import functools

from tests.benchmarks.job import Target, Workload, tuned
from tests.benchmarks.workloads import mlp, mlp_engines
from tests.benchmarks.workloads.d_mlp import PEERS

WORKLOAD = Workload(
    letter="E",
    title="MLP 1024-2048-2048-10, batch 512, float32: training step with momentum",
    short="MLP, large",
    task=functools.partial(mlp.task, (1024, 2048, 2048, 10), 512),
    reference=mlp.hand,
    peers={**PEERS, "minigrad_tuned": tuned(mlp_engines.minigrad)},
    targets=(
        Target("minigrad", "hand", 1.03),
        Target("minigrad", "torch", 1.04),
        Target("minigrad_compiled", "hand", 0.98),
    ),
    dtype="float32",
    tolerance=3e-3,
    threads=(1, 2),
    note="Of two million signals a few are so near to 0 that in float32 relu falls on the other side: gradients are "
    "compared to 3e-3 in float32, to 1e-10 in float64.",
)
