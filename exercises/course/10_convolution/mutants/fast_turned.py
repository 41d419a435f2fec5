"""Turns the kernel round.

loses: test_conv_fast, test_conv_fast_large
says: conv2d_fast: the kernel is turned round
"""

import numpy as np


def conv2d_fast(x, kernels, stride, padding):
    P = padding
    x = np.pad(x, [(0, 0), (P, P), (P, P)])
    windows = np.lib.stride_tricks.sliding_window_view(x, kernels.shape[2:], axis=(1, 2))
    windows = windows[:, ::stride, ::stride]
    return np.einsum("cijab,dcab->dij", windows, kernels[:, :, ::-1, ::-1], optimize=True)
