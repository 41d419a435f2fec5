"""Behaves like an add gate on the way back.

loses: test_max_backward, test_max_tie
says: is a mask missing
"""

import numpy as np

import minigrad as mg


class MaxGate(mg.Function):
    def forward(self, inputs):
        x, y = inputs
        return np.maximum(x, y)

    def backward(self, inputs, output, output_diff):
        x, y = inputs
        return [output_diff, output_diff]
