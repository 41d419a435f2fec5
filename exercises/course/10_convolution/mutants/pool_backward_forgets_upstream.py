"""Marks the winners with 1.

loses: test_pool_backward, test_pool_backward_ties
says: ignores the upstream gradient
"""

import numpy as np

import minigrad as mg


class MaxPool2d(mg.Function):
    def __init__(self, size):
        self.size = size

    def forward(self, inputs):
        (x,) = inputs
        n = self.size
        z = np.zeros((x.shape[0], x.shape[1] // n, x.shape[2] // n))
        for c, i, j in np.ndindex(z.shape):
            window = x[c, i * n : i * n + n, j * n : j * n + n]
            z[c, i, j] = window.max()
        return z

    def backward(self, inputs, output, output_diff):
        (x,) = inputs
        n = self.size
        gradient = np.zeros_like(x)
        for c, i, j in np.ndindex(output_diff.shape):
            window = x[c, i * n : i * n + n, j * n : j * n + n]
            a, b = np.unravel_index(np.argmax(window), window.shape)
            gradient[c, i * n + a, j * n + b] = 1.0
        return [gradient]
