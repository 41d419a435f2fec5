"""Passes the variance as standard deviation.

loses: test_xavier
says: σ² stands where the standard deviation σ belongs
"""

import numpy as np


def xavier(n_in, n_out, seed):
    rng = np.random.default_rng(seed)
    return rng.normal(0.0, 2 / (n_in + n_out), (n_out, n_in))
