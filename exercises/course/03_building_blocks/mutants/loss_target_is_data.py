"""Sends nothing to the target.

loses: test_squared_loss_backward, test_network
says: is 0 everywhere
"""

import numpy as np

import minigrad as mg


class SquaredLoss(mg.Function):
    def forward(self, inputs):
        y, t = inputs
        return 0.5 * np.sum((y - t) ** 2)

    def backward(self, inputs, output, output_diff):
        y, t = inputs
        return [output_diff * (y - t), np.zeros_like(t)]
