"""Recursion, einsum, uniform weights, and a mask of booleans."""

import numpy as np

import minigrad as mg


def activations(weights, x):
    if not weights:
        return (x.copy(),)
    below = activations(weights[:-1], x)
    return (*below, np.einsum("ij,j->i", weights[-1], below[-1]))


def deep_linear_backward(weights, x, output_diff):
    result = []
    for r in range(len(weights)):
        above = np.eye(len(output_diff))
        for W in reversed(weights[r + 1 :]):
            above = above @ W
        below = x
        for W in weights[:r]:
            below = W @ below
        result.append(np.einsum("i,j->ij", above.T @ output_diff, below))
    return tuple(result)


def xavier(n_in, n_out, seed):
    a = np.sqrt(6 / (n_in + n_out))
    return np.random.default_rng(seed).uniform(-a, a, size=(n_in, n_out)).T


def he(n_in, n_out, seed):
    np.random.seed(seed)
    return (np.random.randn(n_out, n_in) * (2 / n_in) ** 0.5).astype(np.float32)


class Dropout(mg.Function):
    def __init__(self, p, seed):
        self.p = p
        self.rng = np.random.default_rng(seed)
        self.training = True

    def forward(self, inputs):
        x = inputs[0]
        if not self.training:
            return x
        self.dropped = self.rng.random(x.size).reshape(x.shape) < self.p
        z = x.astype(np.float32)
        z[self.dropped] = 0
        z /= 1 - self.p
        return z

    def backward(self, inputs, output, output_diff):
        if not self.training:
            return [output_diff]
        return [np.where(self.dropped, 0, output_diff / (1 - self.p))]
