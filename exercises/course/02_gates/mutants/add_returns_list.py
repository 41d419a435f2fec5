"""A list comprehension over the entries gives a list.

loses: test_add_forward, test_circuit
says: a list, where an array is needed
"""

import numpy as np

import minigrad as mg


class AddGate(mg.Function):
    def forward(self, inputs):
        x, y = inputs
        return [a + b for a, b in zip(np.ravel(x), np.ravel(y), strict=True)]

    def backward(self, inputs, output, output_diff):
        x, y = inputs
        return [output_diff, output_diff]
