"""Forgets that the axes in front were broadcast.

loses: test_stack
says: is the broadcast of the axes in front undone
"""

import numpy as np


def stack_backward(g, a, b):
    return [g @ np.swapaxes(b, -1, -2), np.swapaxes(a, -1, -2) @ g]
