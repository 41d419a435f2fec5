"""Multiplies the transposed matrices in the order in which they are printed.

loses: test_deep_linear, test_deep_linear_slopes
says: the transposed factors are in the wrong order
"""

import numpy as np


def deep_linear_backward(weights, x, output_diff):
    h = activations(weights, x)
    gradients = []
    for r in range(len(weights)):
        A = np.eye(len(output_diff))
        for above in weights[:r:-1]:
            A = A @ above.T
        gradients.append(np.outer(A @ output_diff, h[r]))
    return gradients
