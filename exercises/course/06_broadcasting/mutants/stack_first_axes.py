"""Swaps the first two axes.

loses: test_stack
says: raised
check: ValueError
"""

import numpy as np


def stack_backward(g, a, b):
    return [unbroadcast(g @ np.swapaxes(b, 0, 1), a.shape), unbroadcast(np.swapaxes(a, 0, 1) @ g, b.shape)]
