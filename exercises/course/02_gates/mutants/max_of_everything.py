"""The largest entry of both arrays, instead of the larger one of each pair.

loses: test_max_forward
says: wrong shape
"""

import numpy as np

import minigrad as mg


class MaxGate(mg.Function):
    def forward(self, inputs):
        x, y = inputs
        return max(np.max(x), np.max(y))

    def backward(self, inputs, output, output_diff):
        x, y = inputs
        share_of_x = 0.5 * (x > y) + 0.5 * (x >= y)
        return [output_diff * share_of_x, output_diff * (1.0 - share_of_x)]
