"""Asks one question about a whole array.

loses: test_max_backward, test_max_tie
says: truth value of an array
"""

import numpy as np

import minigrad as mg


class MaxGate(mg.Function):
    def forward(self, inputs):
        x, y = inputs
        return np.maximum(x, y)

    def backward(self, inputs, output, output_diff):
        x, y = inputs
        if x > y:
            return [output_diff, 0.0 * output_diff]
        return [0.0 * output_diff, output_diff]
