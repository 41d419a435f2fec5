"""Uses a seed of its own.

loses: test_he
says: all seeds give the same weights
"""

import numpy as np


def he(n_in, n_out, seed):
    return np.random.default_rng(0).normal(0.0, np.sqrt(2 / n_in), (n_out, n_in))
