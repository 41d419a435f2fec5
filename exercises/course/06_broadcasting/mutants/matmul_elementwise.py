"""The rule of the product entry by entry.

loses: test_matmul, test_layer
says: multiplies entry by entry
check: wrong shape
"""

import numpy as np


def matmul_backward(g, a, b):
    return [
        g * (b if b.shape == g.shape else np.resize(b, g.shape)),
        g * (a if a.shape == g.shape else np.resize(a, g.shape)),
    ]
