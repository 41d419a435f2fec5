"""The last product is not used.

loses: test_sharpest
says: one step too few
"""

import numpy as np


def sharpest(f, x, v, steps):
    v = v / np.sqrt(np.sum(v * v))
    for _ in range(steps):
        last, v = v, hvp(f, x, v)
        curvature = np.sum(last * v)
        v = v / np.sqrt(np.sum(v * v))
    return curvature
