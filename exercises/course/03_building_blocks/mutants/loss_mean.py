"""A mean where the sum is asked for.

loses: test_squared_loss_forward, test_squared_loss_backward, test_network
says: SquaredLoss.forward: wrong value
"""

import numpy as np

import minigrad as mg


class SquaredLoss(mg.Function):
    def forward(self, inputs):
        y, t = inputs
        return 0.5 * np.mean((y - t) ** 2)

    def backward(self, inputs, output, output_diff):
        y, t = inputs
        difference = output_diff * (y - t) / y.size
        return [difference, -difference]
