"""Leaves the axes in front, with length 1.

loses: test_unbroadcast, test_unbroadcast_many_axes, test_multiply, test_layer, test_stack
says: leaves the axes that were added in front
"""


def unbroadcast(g, shape):
    extra = g.ndim - len(shape)
    axes = tuple(range(extra)) + tuple(extra + k for k, n in enumerate(shape) if n == 1)
    return g.sum(axis=axes, keepdims=True)
