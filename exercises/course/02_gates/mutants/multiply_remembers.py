"""Keeps the inputs of the last forward pass in the gate, and loses them when it is used twice.

loses: test_multiply_backward
says: has no attribute
"""

import minigrad as mg


class MultiplyGate(mg.Function):
    def forward(self, inputs):
        self.x, self.y = inputs
        return self.x * self.y

    def backward(self, inputs, output, output_diff):
        return [output_diff * self.y, output_diff * self.x]
