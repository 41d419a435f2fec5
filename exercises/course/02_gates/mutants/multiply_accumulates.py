"""Adds to a gradient that is never reset.

loses: test_multiply_backward, test_circuit
says: two equal calls gave different gradients
"""

import minigrad as mg

total: dict = {}


class MultiplyGate(mg.Function):
    def forward(self, inputs):
        x, y = inputs
        return x * y

    def backward(self, inputs, output, output_diff):
        x, y = inputs
        total[x.shape] = total.get(x.shape, 0.0) + output_diff * y
        return [total[x.shape], output_diff * x]
