"""Returns the mask alone.

loses: test_relu_backward, test_relu_at_zero, test_network
says: ignores the upstream gradient
"""

import numpy as np

import minigrad as mg


class ReLU(mg.Function):
    def forward(self, inputs):
        (x,) = inputs
        return np.maximum(x, 0)

    def backward(self, inputs, output, output_diff):
        (x,) = inputs
        return [1.0 * (x > 0)]
