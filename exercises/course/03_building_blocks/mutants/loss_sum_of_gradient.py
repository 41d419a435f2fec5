"""Sums the gradient over the entries.

loses: test_squared_loss_backward, test_network
says: wrong shape
"""

import numpy as np

import minigrad as mg


class SquaredLoss(mg.Function):
    def forward(self, inputs):
        y, t = inputs
        return 0.5 * np.sum((y - t) ** 2)

    def backward(self, inputs, output, output_diff):
        y, t = inputs
        difference = output_diff * np.sum(y - t)
        return [difference, -difference]
