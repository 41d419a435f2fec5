"""Gives every layer the upstream gradient of the last one.

loses: test_deep_linear, test_deep_linear_slopes
says: the message is not sent back through the layers above
"""

import numpy as np


def deep_linear_backward(weights, x, output_diff):
    h = activations(weights, x)
    gradients = []
    g = output_diff
    for below in h[-2::-1]:
        gradients.append(np.outer(g, below))
    return gradients[::-1]
