"""Only the first gradient sets the scale.

loses: test_relative_error, test_relative_error_zeros
says: with the largest entry of both
"""

import numpy as np


def relative_error(a, n):
    if not a.any() and not n.any():
        return 0.0
    return np.abs(a - n).max() / np.abs(a).max()
