"""Sums the upstream gradient before it multiplies.

loses: test_multiply
says: undone too early
"""


def multiply_backward(g, x, y):
    return [
        unbroadcast(g, x.shape) * unbroadcast(y + 0 * g, x.shape),
        unbroadcast(g, y.shape) * unbroadcast(x + 0 * g, y.shape),
    ]
