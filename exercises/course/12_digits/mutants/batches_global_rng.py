"""Draws from NumPy's global generator.

loses: test_batches
says: two calls with the same seed differ
"""

import numpy as np


def batches(n, size, seed):
    order = np.random.permutation(n)
    return [order[begin : begin + size] for begin in range(0, n, size)]
