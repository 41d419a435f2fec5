"""Takes x for the input of every layer.

loses: test_deep_linear, test_deep_linear_slopes
says: x stands where the layer's own input belongs
"""

import numpy as np


def deep_linear_backward(weights, x, output_diff):
    gradients = []
    g = output_diff
    for W in weights[::-1]:
        gradients.append(np.outer(g, x))
        g = W.T @ g
    return gradients[::-1]
