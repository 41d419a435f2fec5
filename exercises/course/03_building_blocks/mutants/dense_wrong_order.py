"""Inputs and gradients in another order: W first.

loses: test_dense_backward, test_network
says: has the wrong shape
"""

import numpy as np

import minigrad as mg


class Dense(mg.Function):
    def forward(self, inputs):
        x, W, b = inputs
        return W.T @ x + b

    def backward(self, inputs, output, output_diff):
        x, W, b = inputs
        return [np.outer(x, output_diff), W @ output_diff, output_diff]
