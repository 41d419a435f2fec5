"""Draws uniformly from -σ to σ.

loses: test_xavier
says: a uniform draw from −σ to σ has only a third of the variance
"""

import numpy as np


def xavier(n_in, n_out, seed):
    rng = np.random.default_rng(seed)
    a = np.sqrt(2 / (n_in + n_out))
    return rng.uniform(-a, a, (n_out, n_in))
