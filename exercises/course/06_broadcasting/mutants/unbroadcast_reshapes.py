"""Cuts the numbers to the shape.

loses: test_unbroadcast, test_unbroadcast_many_axes, test_multiply, test_layer, test_stack
says: takes one of the copies
"""

import numpy as np


def unbroadcast(g, shape):
    return np.resize(g, shape)
