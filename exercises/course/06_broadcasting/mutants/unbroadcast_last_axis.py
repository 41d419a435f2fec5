"""Sums over the last axes instead of the first.

loses: test_unbroadcast, test_multiply
says: sums over the wrong axis
"""


def unbroadcast(g, shape):
    while g.ndim > len(shape):
        g = g.sum(axis=-1) if g.shape[:-1] == tuple(shape) else g.sum(axis=0)
    for axis, length in enumerate(shape):
        if length == 1:
            g = g.sum(axis=axis, keepdims=True)
    return g
