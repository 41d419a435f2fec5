"""Loops over every entry."""

import math
import random

import numpy as np

import minigrad as mg


def deep_linear_backward(weights, x, output_diff):
    h = activations(weights, x)
    gradients = [np.zeros_like(W) for W in weights]
    upstream = list(output_diff)
    for r in reversed(range(len(weights))):
        rows, columns = weights[r].shape
        below = [0.0] * columns
        for i in range(rows):
            for j in range(columns):
                gradients[r][i, j] += upstream[i] * h[r][j]
                below[j] += upstream[i] * weights[r][i, j]
        upstream = below
    return gradients


def xavier(n_in, n_out, seed):
    draw = random.Random(seed)
    sigma = math.sqrt(2 / (n_in + n_out))
    return np.array([[draw.gauss(0, sigma) for _ in range(n_in)] for _ in range(n_out)])


class Dropout(mg.Function):
    def __init__(self, p, seed):
        self.p = p
        self.rng = np.random.default_rng(seed)
        self.training = True

    def forward(self, inputs):
        (x,) = inputs
        self.factors = np.ones_like(x)
        if self.training:
            for i in np.ndindex(x.shape):
                self.factors[i] = 0.0 if self.rng.uniform() < self.p else 1 / (1 - self.p)
        return np.multiply(x, self.factors)

    def backward(self, inputs, output, output_diff):
        return [self.factors * output_diff]
