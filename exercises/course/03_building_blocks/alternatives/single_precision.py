"""Everything in float32."""

import numpy as np

import minigrad as mg


class ReLU(mg.Function):
    def forward(self, inputs):
        (x,) = inputs
        return np.maximum(x, 0).astype(np.float32)

    def backward(self, inputs, output, output_diff):
        (x,) = inputs
        return [(output_diff * (x > 0)).astype(np.float32)]


class Dense(mg.Function):
    def forward(self, inputs):
        x, W, b = inputs
        return (x @ W + b).astype(np.float32)

    def backward(self, inputs, output, output_diff):
        x, W, b = inputs
        g = output_diff.astype(np.float32)
        return [W.astype(np.float32) @ g, np.outer(x, g).astype(np.float32), g]


class SquaredLoss(mg.Function):
    def forward(self, inputs):
        y, t = inputs
        return np.float32(np.sum(np.square(y - t)) / 2)

    def backward(self, inputs, output, output_diff):
        y, t = inputs
        difference = (output_diff * (y - t)).astype(np.float32)
        return [difference, -difference]
