"""Asks one question about a whole array.

loses: test_relu_backward, test_relu_at_zero, test_network
says: truth value of an array
"""

import numpy as np

import minigrad as mg


class ReLU(mg.Function):
    def forward(self, inputs):
        (x,) = inputs
        return np.maximum(x, 0)

    def backward(self, inputs, output, output_diff):
        (x,) = inputs
        if x > 0:
            return [output_diff]
        return [0.0 * output_diff]
