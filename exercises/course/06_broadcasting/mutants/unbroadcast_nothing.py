"""Returns what it got.

loses: test_unbroadcast, test_unbroadcast_many_axes, test_multiply, test_layer, test_stack
says: returns g as it came
"""


def unbroadcast(g, shape):
    return g
