"""Leaves out what does not fill a batch.

loses: test_batches
says: the rest is left out
"""

import numpy as np


def batches(n, size, seed):
    rng = np.random.default_rng(seed)
    order = rng.permutation(n)
    return [order[k * size : (k + 1) * size] for k in range(n // size)]
