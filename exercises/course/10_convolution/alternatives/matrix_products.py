"""Windows as columns of a matrix, in single precision; the gradient of x by turned kernels."""

import numpy as np

import minigrad as mg


def columns(x, h, w, stride):
    windows = np.lib.stride_tricks.sliding_window_view(x, (h, w), axis=(1, 2))[:, ::stride, ::stride]
    return windows.transpose(0, 3, 4, 1, 2).reshape(-1, windows.shape[1] * windows.shape[2])


def conv2d_fast(x, kernels, stride, padding):
    x = np.pad(x, [(0, 0), (padding, padding), (padding, padding)]).astype(np.float32)
    D, channels, h, w = kernels.shape
    z = kernels.reshape(D, -1).astype(np.float32) @ columns(x, h, w, stride)
    return z.reshape(D, (x.shape[1] - h) // stride + 1, -1)


class Conv2d(mg.Function):
    def __init__(self, stride=1, padding=0):
        self.stride = stride
        self.padding = padding

    def forward(self, inputs):
        return conv2d_fast(*inputs, self.stride, self.padding)

    def backward(self, inputs, output, output_diff):
        x, kernels = inputs
        S, P = self.stride, self.padding
        D, channels, h, w = kernels.shape
        padded = np.pad(x, [(0, 0), (P, P), (P, P)])
        height, width = padded.shape[1] - h + 1, padded.shape[2] - w + 1
        spread = np.zeros((D, height, width))  # the upstream gradient as if the stride were 1
        spread[:, ::S, ::S] = output_diff
        of_kernels = spread.reshape(D, -1) @ columns(padded, h, w, 1).T
        framed = np.pad(spread, [(0, 0), (h - 1, h - 1), (w - 1, w - 1)])
        turned = kernels[:, :, ::-1, ::-1].transpose(1, 0, 2, 3).reshape(channels, -1)
        of_x = (turned @ columns(framed, h, w, 1)).reshape(padded.shape)
        return [of_x[:, P : P + x.shape[1], P : P + x.shape[2]], of_kernels.reshape(kernels.shape)]
