"""Each gets its own value.

loses: test_multiply
says: has its own value as a factor
"""


def multiply_backward(g, x, y):
    return [unbroadcast(g * x, x.shape), unbroadcast(g * y, y.shape)]
