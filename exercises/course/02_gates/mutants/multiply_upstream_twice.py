"""Multiplies by the upstream gradient twice, which is right when that is 1.

loses: test_multiply_backward, test_circuit
says: twice
"""

import minigrad as mg


class MultiplyGate(mg.Function):
    def forward(self, inputs):
        x, y = inputs
        return x * y

    def backward(self, inputs, output, output_diff):
        x, y = inputs
        return [output_diff * output_diff * y, output_diff * output_diff * x]
