"""Cuts the data in the order in which they come.

loses: test_batches
says: the examples are not shuffled
"""

import numpy as np


def batches(n, size, seed):
    return [np.arange(begin, min(n, begin + size)) for begin in range(0, n, size)]
