"""One loss per entry.

loses: test_squared_loss_forward, test_network
says: the value has the wrong shape
"""

import minigrad as mg


class SquaredLoss(mg.Function):
    def forward(self, inputs):
        y, t = inputs
        return 0.5 * (y - t) ** 2

    def backward(self, inputs, output, output_diff):
        y, t = inputs
        difference = output_diff * (y - t)
        return [difference, -difference]
