"""The gradient of W with rows and columns exchanged.

loses: test_dense_backward, test_network
says: gradient of W is transposed
"""

import numpy as np

import minigrad as mg


class Dense(mg.Function):
    def forward(self, inputs):
        x, W, b = inputs
        return W.T @ x + b

    def backward(self, inputs, output, output_diff):
        x, W, b = inputs
        return [W @ output_diff, np.outer(output_diff, x), output_diff]
