"""Averages over the entries.

loses: test_relative_error, test_relative_error_zeros
says: averages
"""

import numpy as np


def relative_error(a, n):
    largest = max(np.abs(a).max(), np.abs(n).max())
    return np.abs(a - n).mean() / largest if largest else 0.0
