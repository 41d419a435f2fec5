"""Factors in the wrong order.

loses: test_matmul, test_layer
says: has its factors in the wrong order
check: matmul: Input operand 1 has a mismatch
"""


def matmul_backward(g, a, b):
    return [b.T @ g, g @ a.T]
