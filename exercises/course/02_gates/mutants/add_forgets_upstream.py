"""Returns the local derivative alone: right only as the last gate of a graph.

loses: test_add_backward, test_circuit
says: ignores the upstream gradient
"""

import numpy as np

import minigrad as mg


class AddGate(mg.Function):
    def forward(self, inputs):
        x, y = inputs
        return x + y

    def backward(self, inputs, output, output_diff):
        x, y = inputs
        return [np.ones_like(x), np.ones_like(y)]
