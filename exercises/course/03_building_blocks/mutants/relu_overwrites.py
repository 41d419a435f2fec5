"""Clips the caller's array.

loses: test_relu_forward, test_network
says: overwrote its input
"""

import minigrad as mg


class ReLU(mg.Function):
    def forward(self, inputs):
        (x,) = inputs
        x[x < 0] = 0
        return x

    def backward(self, inputs, output, output_diff):
        (x,) = inputs
        return [output_diff * (x > 0)]
