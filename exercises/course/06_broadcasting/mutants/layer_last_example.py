"""Only the last example's outer product.

loses: test_layer
says: wrong gradient of W
"""

import numpy as np


def layer_backward(g, x, W, b):
    return [g @ W.T, np.outer(x[-1], g[-1]), g.sum(axis=0)]
