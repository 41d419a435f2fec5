"""Python loops over every index; the fast one adds up slices, one for each entry of a kernel."""

import numpy as np

import minigrad as mg


class Conv2d(mg.Function):
    def __init__(self, stride=1, padding=0):
        self.stride = stride
        self.padding = padding

    def products(self, x, kernels, z):
        """All (place in z, place in the kernels, place in x) that belong together."""
        D, channels, h, w = kernels.shape
        for d, i, j in np.ndindex(z):
            for c, a, b in np.ndindex(channels, h, w):
                row, column = i * self.stride + a - self.padding, j * self.stride + b - self.padding
                if 0 <= row < x.shape[1] and 0 <= column < x.shape[2]:
                    yield (d, i, j), (d, c, a, b), (c, row, column)

    def forward(self, inputs):
        x, kernels = inputs
        heights = (x.shape[1] + 2 * self.padding - kernels.shape[2]) // self.stride + 1
        widths = (x.shape[2] + 2 * self.padding - kernels.shape[3]) // self.stride + 1
        z = np.zeros((len(kernels), heights, widths))
        for place, in_kernel, in_x in self.products(x, kernels, z.shape):
            z[place] += kernels[in_kernel] * x[in_x]
        return z

    def backward(self, inputs, output, output_diff):
        x, kernels = inputs
        gradients = np.zeros(x.shape), np.zeros(kernels.shape)
        for place, in_kernel, in_x in self.products(x, kernels, output_diff.shape):
            gradients[0][in_x] += output_diff[place] * kernels[in_kernel]
            gradients[1][in_kernel] += output_diff[place] * x[in_x]
        return gradients


def conv2d_fast(x, kernels, stride, padding):
    x = np.pad(x, ((0, 0), (padding, padding), (padding, padding)))
    D, channels, h, w = kernels.shape
    height, width = (x.shape[1] - h) // stride + 1, (x.shape[2] - w) // stride + 1
    z = np.zeros((D, height, width))
    for a in range(h):
        for b in range(w):
            part = x[:, a : a + (height - 1) * stride + 1 : stride, b : b + (width - 1) * stride + 1 : stride]
            z += np.tensordot(kernels[:, :, a, b], part, axes=1)
    return z


class MaxPool2d(mg.Function):
    def __init__(self, size):
        self.size = size

    def windows(self, x):
        n = self.size
        channels, height, width = x.shape[0], x.shape[1] // n, x.shape[2] // n
        blocks = x[:, : height * n, : width * n].reshape(channels, height, n, width, n)
        return blocks.transpose(0, 1, 3, 2, 4).reshape(channels, height, width, n * n)

    def forward(self, inputs):
        return self.windows(inputs[0]).max(axis=-1)

    def backward(self, inputs, output, output_diff):
        (x,) = inputs
        n = self.size
        best = self.windows(x).argmax(axis=-1)
        c, i, j = np.indices(best.shape)
        gradient = np.zeros(x.shape)
        gradient[c, i * n + best // n, j * n + best % n] = output_diff
        return (gradient,)
