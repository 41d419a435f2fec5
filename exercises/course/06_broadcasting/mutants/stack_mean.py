"""Averages over the stack.

loses: test_stack
says: too small
"""

import numpy as np


def stack_backward(g, a, b):
    to_a, to_b = g @ np.swapaxes(b, -1, -2), np.swapaxes(a, -1, -2) @ g
    return [unbroadcast(to_a, a.shape) * a.size / to_a.size, unbroadcast(to_b, b.shape) * b.size / to_b.size]
