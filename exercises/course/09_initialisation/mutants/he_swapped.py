"""Divides by the number of outputs.

loses: test_he
says: n_in and n_out are swapped
"""

import numpy as np


def he(n_in, n_out, seed):
    rng = np.random.default_rng(seed)
    return rng.normal(0.0, np.sqrt(2 / n_out), (n_out, n_in))
