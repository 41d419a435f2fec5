"""One step too many.

loses: test_sharpest
says: one step too many
"""

import numpy as np


def sharpest(f, x, v, steps):
    for _ in range(steps + 1):
        v = hvp(f, x, v)
        v = v / np.sqrt(np.sum(v * v))
    return np.sum(v * hvp(f, x, v))
