"""The bias receives ones.

loses: test_dense_backward, test_network
says: ignores the upstream gradient
"""

import numpy as np

import minigrad as mg


class Dense(mg.Function):
    def forward(self, inputs):
        x, W, b = inputs
        return W.T @ x + b

    def backward(self, inputs, output, output_diff):
        x, W, b = inputs
        return [W @ output_diff, np.outer(x, output_diff), np.ones_like(b)]
