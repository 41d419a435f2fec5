"""Messages in the shape of the output.

loses: test_multiply
says: has the wrong shape
"""


def multiply_backward(g, x, y):
    return [g * y, g * x]
