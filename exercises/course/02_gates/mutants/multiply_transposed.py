"""Transposes, as for a matrix product: hidden by numbers, vectors and symmetric matrices.

loses: test_multiply_backward, test_circuit
says: wrong shape
"""

import minigrad as mg


class MultiplyGate(mg.Function):
    def forward(self, inputs):
        x, y = inputs
        return x * y

    def backward(self, inputs, output, output_diff):
        x, y = inputs
        return [(output_diff * y).T, (output_diff * x).T]
