"""Multiplies by the output, not by its derivative.

loses: test_relu_backward, test_relu_at_zero, test_network
says: would be right if divided by x
"""

import numpy as np

import minigrad as mg


class ReLU(mg.Function):
    def forward(self, inputs):
        (x,) = inputs
        return np.maximum(x, 0)

    def backward(self, inputs, output, output_diff):
        (x,) = inputs
        return [output_diff * np.maximum(x, 0)]
