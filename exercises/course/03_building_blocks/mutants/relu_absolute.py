"""The absolute value, which turns instead of cutting off.

loses: test_relu_forward, test_network
says: wrong value
"""

import numpy as np

import minigrad as mg


class ReLU(mg.Function):
    def forward(self, inputs):
        (x,) = inputs
        return np.abs(x)

    def backward(self, inputs, output, output_diff):
        (x,) = inputs
        return [output_diff * (x > 0)]
