"""Reuses the upstream gradient's memory, so the second line multiplies a wrong number.

loses: test_multiply_backward, test_circuit
says: overwrote its input
"""

import minigrad as mg


class MultiplyGate(mg.Function):
    def forward(self, inputs):
        x, y = inputs
        return x * y

    def backward(self, inputs, output, output_diff):
        x, y = inputs
        for_x = output_diff
        for_x *= y
        return [for_x, output_diff * x]
