"""The gradient of a loss that is always the last node.

loses: test_squared_loss_backward, test_network
says: ignores the upstream gradient
"""

import numpy as np

import minigrad as mg


class SquaredLoss(mg.Function):
    def forward(self, inputs):
        y, t = inputs
        return 0.5 * np.sum((y - t) ** 2)

    def backward(self, inputs, output, output_diff):
        y, t = inputs
        return [y - t, t - y]
