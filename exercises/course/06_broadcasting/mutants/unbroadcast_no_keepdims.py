"""Sums away the axes of length 1.

loses: test_unbroadcast, test_unbroadcast_many_axes, test_multiply, test_layer, test_stack
says: loses an axis of length 1
"""


def unbroadcast(g, shape):
    extra = g.ndim - len(shape)
    axes = tuple(range(extra)) + tuple(extra + k for k, n in enumerate(shape) if n == 1)
    return g.sum(axis=axes)
