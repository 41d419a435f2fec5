"""The length of H v, which is never negative.

loses: test_sharpest
says: loses the sign
"""

import numpy as np


def sharpest(f, x, v, steps):
    v = v / np.sqrt(np.sum(v * v))
    for _ in range(steps):
        v = hvp(f, x, v)
        v = v / np.sqrt(np.sum(v * v))
    return np.sqrt(np.sum(hvp(f, x, v) ** 2))
