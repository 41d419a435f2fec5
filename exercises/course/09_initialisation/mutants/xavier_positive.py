"""Draws from 0 on.

loses: test_xavier
says: the mean is not 0
"""

import numpy as np


def xavier(n_in, n_out, seed):
    rng = np.random.default_rng(seed)
    return rng.random((n_out, n_in)) * np.sqrt(24 / (n_in + n_out))
