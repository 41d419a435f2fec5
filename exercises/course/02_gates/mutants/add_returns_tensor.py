"""Wraps the result in a Tensor, although a gate works on plain arrays.

loses: test_add_forward, test_circuit
says: mg.tensor is not available in this task
check: a Tensor, where an array is needed
"""

import minigrad as mg


class AddGate(mg.Function):
    def forward(self, inputs):
        x, y = inputs
        return mg.tensor(x + y)

    def backward(self, inputs, output, output_diff):
        x, y = inputs
        return [output_diff, output_diff]
