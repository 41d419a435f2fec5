"""Forgets the axes of length 1.

loses: test_unbroadcast, test_unbroadcast_many_axes, test_multiply, test_stack
says: returns g as it came
"""


def unbroadcast(g, shape):
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    return g
