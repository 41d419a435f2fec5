"""Multiplies x and the upstream gradient entry by entry.

loses: test_dense_backward, test_network
says: could not be broadcast
"""

import minigrad as mg


class Dense(mg.Function):
    def forward(self, inputs):
        x, W, b = inputs
        return W.T @ x + b

    def backward(self, inputs, output, output_diff):
        x, W, b = inputs
        return [W @ output_diff, x * output_diff, output_diff]
