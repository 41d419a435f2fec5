"""Forgets that ReLU lets half through.

loses: test_he
says: the 2 is missing
"""

import numpy as np


def he(n_in, n_out, seed):
    rng = np.random.default_rng(seed)
    return rng.normal(0.0, np.sqrt(1 / n_in), (n_out, n_in))
