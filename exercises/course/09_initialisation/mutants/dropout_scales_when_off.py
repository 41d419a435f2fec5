"""Multiplies by 1 - p in evaluation, although training has made up for it.

loses: test_dropout_evaluation
says: the entries are scaled, though none is dropped
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
        self.mask = np.full(x.shape, 1 - self.p)
        if self.training:
            self.mask = (self.rng.random(x.shape) >= self.p) / (1 - self.p)
        return x * self.mask

    def backward(self, inputs, output, output_diff):
        (x,) = inputs
        return [output_diff * self.mask]
