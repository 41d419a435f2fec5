"""Each input gets the gradient of the other one.

loses: test_multiply_backward, test_circuit
says: swapped
"""

import minigrad as mg


class MultiplyGate(mg.Function):
    def forward(self, inputs):
        x, y = inputs
        return x * y

    def backward(self, inputs, output, output_diff):
        x, y = inputs
        return [output_diff * x, output_diff * y]
