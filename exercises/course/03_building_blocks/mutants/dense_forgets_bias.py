"""Leaves the bias out of the sum.

loses: test_dense_forward, test_network
says: Dense.forward: wrong value
"""

import numpy as np

import minigrad as mg


class Dense(mg.Function):
    def forward(self, inputs):
        x, W, b = inputs
        return W.T @ x

    def backward(self, inputs, output, output_diff):
        x, W, b = inputs
        return [W @ output_diff, np.outer(x, output_diff), output_diff]
