"""Every column of the gradient of W is x.

loses: test_dense_backward, test_network
says: the gradient of W ignores the upstream gradient
"""

import numpy as np

import minigrad as mg


class Dense(mg.Function):
    def forward(self, inputs):
        x, W, b = inputs
        return W.T @ x + b

    def backward(self, inputs, output, output_diff):
        x, W, b = inputs
        return [W @ output_diff, np.outer(x, np.ones_like(output_diff)), output_diff]
