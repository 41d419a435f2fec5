"""Lets everything through where x is 0.

loses: test_relu_at_zero
says: at 0
"""

import numpy as np

import minigrad as mg


class ReLU(mg.Function):
    def forward(self, inputs):
        (x,) = inputs
        return np.maximum(x, 0)

    def backward(self, inputs, output, output_diff):
        (x,) = inputs
        return [output_diff * (x >= 0)]
