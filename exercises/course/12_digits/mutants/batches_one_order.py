"""Shuffles once and for all.

loses: test_batches
says: all seeds give the same order
"""

import numpy as np


def batches(n, size, seed):
    order = np.random.default_rng(0).permutation(n)
    return [order[begin : begin + size] for begin in range(0, n, size)]
