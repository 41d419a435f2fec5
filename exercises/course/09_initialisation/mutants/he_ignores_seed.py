"""Draws from NumPy's global generator.

loses: test_he
says: two calls with the same seed differ
"""

import numpy as np


def he(n_in, n_out, seed):
    return np.random.normal(0.0, np.sqrt(2 / n_in), (n_out, n_in))
