"""The ½ of the square is forgotten in the derivative.

loses: test_squared_loss_backward, test_network
says: twice as large
"""

import numpy as np

import minigrad as mg


class SquaredLoss(mg.Function):
    def forward(self, inputs):
        y, t = inputs
        return 0.5 * np.sum((y - t) ** 2)

    def backward(self, inputs, output, output_diff):
        y, t = inputs
        return [2 * output_diff * (y - t), 2 * output_diff * (t - y)]
