"""The absolute difference.

loses: test_relative_error, test_relative_error_zeros, test_gradient_check_small
says: depends on the scale
"""

import numpy as np


def relative_error(a, n):
    return np.abs(a - n).max()
