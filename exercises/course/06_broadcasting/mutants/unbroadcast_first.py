"""Takes the first copy.

loses: test_unbroadcast, test_unbroadcast_many_axes, test_multiply, test_layer, test_stack
says: takes one of the copies
"""


def unbroadcast(g, shape):
    while g.ndim > len(shape):
        g = g[0]
    for axis, length in enumerate(shape):
        if length == 1:
            g = g.take([0], axis=axis)
    return g
