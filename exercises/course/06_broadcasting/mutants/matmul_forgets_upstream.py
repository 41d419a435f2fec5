"""As if ones arrived.

loses: test_matmul, test_layer
says: ignores the upstream gradient
"""

import numpy as np


def matmul_backward(g, a, b):
    one = np.ones_like(g)
    return [one @ b.T, a.T @ one]
