"""Returns the local derivatives alone: right only as the last gate of a graph.

loses: test_multiply_backward, test_circuit
says: ignores the upstream gradient
"""

import minigrad as mg


class MultiplyGate(mg.Function):
    def forward(self, inputs):
        x, y = inputs
        return x * y

    def backward(self, inputs, output, output_diff):
        x, y = inputs
        return [y, x]
