"""The worst of the relative errors of single entries.

loses: test_relative_error
says: compares entry by entry
"""

import numpy as np


def relative_error(a, n):
    largest = np.maximum(np.abs(a), np.abs(n))
    return np.max(np.abs(a - n) / np.where(largest == 0, 1, largest))
