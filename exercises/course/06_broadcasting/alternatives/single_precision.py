"""Everything in float32, with views."""

import numpy as np


def unbroadcast(g, shape):
    g = np.asarray(g, dtype=np.float32)
    for _ in range(g.ndim - len(shape)):
        g = np.add.reduce(g, axis=0)
    for axis in [k for k, n in enumerate(shape) if n == 1]:
        g = g.sum(axis, keepdims=True)
    return np.asarray(g)[...]


def matmul_backward(g, a, b):
    g, a, b = (np.float32(m) for m in (g, a, b))
    return [(b @ g.T).T, (g.T @ a).T]
