"""Sends the gradient to the smaller input.

loses: test_max_backward, test_max_tie
says: are the two swapped
check: not 0 where it should be
"""

import numpy as np

import minigrad as mg


class MaxGate(mg.Function):
    def forward(self, inputs):
        x, y = inputs
        return np.maximum(x, y)

    def backward(self, inputs, output, output_diff):
        x, y = inputs
        return [output_diff * (x < y), output_diff * (x > y)]
