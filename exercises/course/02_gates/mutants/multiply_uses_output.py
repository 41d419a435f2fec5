"""Scales by the product instead of by the other factor.

loses: test_multiply_backward, test_circuit
says: divided by x
"""

import minigrad as mg


class MultiplyGate(mg.Function):
    def forward(self, inputs):
        x, y = inputs
        return x * y

    def backward(self, inputs, output, output_diff):
        x, y = inputs
        return [output_diff * output, output_diff * output]
