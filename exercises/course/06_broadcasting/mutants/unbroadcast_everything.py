"""One sum for all entries.

loses: test_unbroadcast, test_unbroadcast_many_axes, test_multiply, test_layer, test_stack
says: adds up everything
"""

import numpy as np


def unbroadcast(g, shape):
    if g.shape == tuple(shape):
        return g
    return np.full(shape, g.sum())
