"""Never divides by the length.

loses: test_sharpest
says: wrong curvature
"""

import numpy as np


def sharpest(f, x, v, steps):
    for _ in range(steps):
        v = hvp(f, x, v)
    return np.sum(v * hvp(f, x, v))
