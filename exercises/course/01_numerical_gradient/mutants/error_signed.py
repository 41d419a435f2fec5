"""Differences of opposite sign cancel.

loses: test_relative_error, test_relative_error_zeros, test_gradient_check
says: is an abs missing
"""

import numpy as np


def relative_error(a, n):
    largest = max(np.abs(a).max(), np.abs(n).max())
    return (a - n).max() / largest if largest else 0.0
