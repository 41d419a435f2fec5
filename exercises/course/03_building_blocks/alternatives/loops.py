"""Loops over entries, with np.where and lists of floats."""

import numpy as np

import minigrad as mg


class ReLU(mg.Function):
    def forward(self, inputs):
        (x,) = inputs
        return np.where(x > 0, x, 0.0)

    def backward(self, inputs, output, output_diff):
        (x,) = inputs
        return [np.where(output > 0, output_diff, 0.0)]


class Dense(mg.Function):
    def forward(self, inputs):
        x, W, b = inputs
        n, m = W.shape
        z = np.zeros(m)
        for j in range(m):
            for i in range(n):
                z[j] += W[i, j] * x[i]
            z[j] += b[j]
        return z

    def backward(self, inputs, output, output_diff):
        x, W, b = inputs
        to_x, to_W, to_b = np.zeros(x.shape), np.zeros(W.shape), np.zeros(b.shape)
        for j, g in enumerate(output_diff):
            to_b[j] = g
            for i in range(len(x)):
                to_W[i, j] = x[i] * g
                to_x[i] += W[i, j] * g
        return [to_x, to_W, to_b]


class SquaredLoss(mg.Function):
    def forward(self, inputs):
        y, t = inputs
        total = 0.0
        for a, b in zip(np.ravel(y), np.ravel(t), strict=True):
            total += (a - b) ** 2 / 2
        return total

    def backward(self, inputs, output, output_diff):
        y, t = inputs
        return (output_diff * (y - t), output_diff * (t - y))
