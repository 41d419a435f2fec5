"""The gradients in the wrong order.

loses: test_matmul, test_layer
says: are the two gradients swapped
check: the gradient of a has the wrong shape
"""


def matmul_backward(g, a, b):
    return [a.T @ g, g @ b.T]
