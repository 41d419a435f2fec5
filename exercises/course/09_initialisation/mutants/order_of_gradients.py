"""Returns them as they come, from the top down.

loses: test_deep_linear, test_deep_linear_slopes
says: the gradients are in the wrong order, last layer first
"""

import numpy as np


def deep_linear_backward(weights, x, output_diff):
    h = activations(weights, x)
    gradients = []
    g = output_diff
    for W, below in zip(weights[::-1], h[-2::-1], strict=True):
        gradients.append(np.outer(g, below))
        g = W.T @ g
    return gradients
