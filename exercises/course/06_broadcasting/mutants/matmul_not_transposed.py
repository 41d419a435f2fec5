"""Forgets to transpose.

loses: test_matmul, test_layer
says: needs b transposed
check: matmul: Input operand 1 has a mismatch
"""


def matmul_backward(g, a, b):
    return [g @ b, a @ g]
