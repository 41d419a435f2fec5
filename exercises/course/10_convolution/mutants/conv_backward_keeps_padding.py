"""Returns the gradient of the padded picture.

loses: test_conv_backward_stride_padding
says: the padding is still around the gradient of x
"""

import numpy as np

import minigrad as mg


class Conv2d(mg.Function):
    def __init__(self, stride=1, padding=0):
        self.stride = stride
        self.padding = padding

    def forward(self, inputs):
        x, kernels = inputs
        S, P = self.stride, self.padding
        D, channels, h, w = kernels.shape
        x = np.pad(x, [(0, 0), (P, P), (P, P)])
        z = np.zeros((D, (x.shape[1] - h) // S + 1, (x.shape[2] - w) // S + 1))
        for d, i, j in np.ndindex(z.shape):
            window = x[:, i * S : i * S + h, j * S : j * S + w]
            z[d, i, j] = np.sum(window * kernels[d])
        return z

    def backward(self, inputs, output, output_diff):
        x, kernels = inputs
        S, P = self.stride, self.padding
        D, channels, h, w = kernels.shape
        padded = np.pad(x, [(0, 0), (P, P), (P, P)])
        of_x, of_kernels = np.zeros_like(padded), np.zeros_like(kernels)
        for d, i, j in np.ndindex(output_diff.shape):
            place = (slice(None), slice(i * S, i * S + h), slice(j * S, j * S + w))
            of_kernels[d] += output_diff[d, i, j] * padded[place]
            of_x[place] += output_diff[d, i, j] * kernels[d]
        return [of_x, of_kernels]
