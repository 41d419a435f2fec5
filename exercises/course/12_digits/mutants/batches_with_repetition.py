"""Draws every batch at random.

loses: test_batches
says: not every example once
"""

import numpy as np


def batches(n, size, seed):
    rng = np.random.default_rng(seed)
    sizes = [min(size, n - begin) for begin in range(0, n, size)]
    return [rng.integers(n, size=k) for k in sizes]
