"""One gradient for two inputs.

loses: test_add_backward, test_circuit
says: returned 1 gradient for 2 inputs
"""

import minigrad as mg


class AddGate(mg.Function):
    def forward(self, inputs):
        x, y = inputs
        return x + y

    def backward(self, inputs, output, output_diff):
        x, y = inputs
        return [output_diff]
