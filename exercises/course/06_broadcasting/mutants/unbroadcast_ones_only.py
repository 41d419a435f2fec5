"""Forgets the axes that were added in front.

loses: test_unbroadcast, test_unbroadcast_many_axes, test_multiply, test_layer, test_stack
says: returns g as it came
"""


def unbroadcast(g, shape):
    for axis, length in enumerate(shape):
        if length == 1:
            g = g.sum(axis=axis, keepdims=True)
    return g
