"""Keeps all windows.

loses: test_conv_fast
says: conv2d_fast: the stride is ignored
"""

import numpy as np


def conv2d_fast(x, kernels, stride, padding):
    P = padding
    x = np.pad(x, [(0, 0), (P, P), (P, P)])
    windows = np.lib.stride_tricks.sliding_window_view(x, kernels.shape[2:], axis=(1, 2))
    return np.einsum("cijab,dcab->dij", windows, kernels, optimize=True)
