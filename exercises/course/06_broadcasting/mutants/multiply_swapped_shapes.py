"""Undoes each broadcast for the other input.

loses: test_multiply
says: has the wrong shape
"""


def multiply_backward(g, x, y):
    return [unbroadcast(g * y, y.shape), unbroadcast(g * x, x.shape)]
