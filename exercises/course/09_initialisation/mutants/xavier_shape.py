"""Draws a matrix for x W.

loses: test_xavier
says: xavier: the value has the wrong shape
"""

import numpy as np


def xavier(n_in, n_out, seed):
    rng = np.random.default_rng(seed)
    return rng.normal(0.0, np.sqrt(2 / (n_in + n_out)), (n_in, n_out))
