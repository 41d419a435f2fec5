"""Multiplies by 1 - p where it should divide.

loses: test_dropout_forward, test_dropout_backward
says: are multiplied by 1 − p, not divided
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
            self.mask = (self.rng.random(x.shape) >= self.p) * (1 - self.p)
        return x * self.mask

    def backward(self, inputs, output, output_diff):
        (x,) = inputs
        return [output_diff * self.mask]
