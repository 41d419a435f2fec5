"""A minus sign that has crept in.

loses: test_multiply_backward, test_circuit
says: wrong sign
"""

import minigrad as mg


class MultiplyGate(mg.Function):
    def forward(self, inputs):
        x, y = inputs
        return x * y

    def backward(self, inputs, output, output_diff):
        x, y = inputs
        return [output_diff * y, -output_diff * x]
