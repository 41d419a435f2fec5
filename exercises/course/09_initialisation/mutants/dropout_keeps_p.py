"""Takes p for the probability to keep, as the lecture notes do.

loses: test_dropout_forward, test_dropout_backward
says: p is taken for the probability to keep
"""

import numpy as np

import minigrad as mg


class Dropout(mg.Function):
    def __init__(self, p, seed):
        self.p = p
        self.rng = np.random.default_rng(seed)
        self.training = True

    def forward(self, inputs):
        (x,) = inputs
        self.mask = np.ones(x.shape)
        if self.training:
            self.mask = (self.rng.random(x.shape) < self.p) / self.p
        return x * self.mask

    def backward(self, inputs, output, output_diff):
        (x,) = inputs
        return [output_diff * self.mask]
