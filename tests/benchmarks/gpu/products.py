"""How fast a GPU multiplies two square matrices in float32: what every network of linear maps is measured against."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from tests.benchmarks.gpu.clock import enough, seconds
from tests.benchmarks.gpu.engines import Steps


def rate(n: int, repeat: float, rounds: int = 5) -> float:
    """Floating-point operations per second of an n × n product, the best of some rounds."""
    import minigrad as mg

    a, b = (
        mg.tensor(np.random.default_rng(k).normal(size=(n, n)), dtype=np.float32, device="cuda")
        for k in range(2)
    )
    x, y = a.data, b.data

    def product() -> None:
        x @ y

    steps = Steps(product, dict, mg.cuda.synchronize)
    count = enough(steps, repeat)
    return 2 * n**3 / min(seconds(steps, count) for _ in range(rounds))


def precision() -> str:
    """Whether products are rounded to TF32 (10 bits after the point instead of 23, several times as fast)."""
    ours = "on" if os.environ.get("CUPY_TF32", "0") not in ("0", "") else "off"
    return f"TF32 {ours} in CuPy (CUPY_TF32), {torchs()}"


def torchs() -> str:
    """The same of PyTorch, which has a switch for matrix products and one for convolutions."""
    try:
        import torch
    except ImportError:
        return "PyTorch is not installed"
    word: dict[Any, str] = {True: "on", False: "off"}
    products, convolutions = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    return f"in PyTorch {word[products]} for products, {word[convolutions]} for convolutions"
