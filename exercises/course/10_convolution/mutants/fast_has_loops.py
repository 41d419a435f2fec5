"""Is the loop over all entries once more.

loses: test_conv_fast_large
says: took longer than
check: is there a loop over its pixels?
"""

import numpy as np


def conv2d_fast(x, kernels, stride, padding):
    P, S = padding, stride
    x = np.pad(x, [(0, 0), (P, P), (P, P)])
    D, channels, h, w = kernels.shape
    z = np.zeros((D, (x.shape[1] - h) // S + 1, (x.shape[2] - w) // S + 1))
    for d, i, j in np.ndindex(z.shape):
        for c, a, b in np.ndindex(channels, h, w):
            z[d, i, j] += x[c, i * S + a, j * S + b] * kernels[d, c, a, b]
    return z
