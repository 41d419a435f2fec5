"""The right order where only one runs, the wrong one for square matrices.

loses: test_matmul
says: has its factors in the wrong order
"""


def matmul_backward(g, a, b):
    if g.shape == a.shape == b.shape:
        return [b.T @ g, g @ a.T]
    return [g @ b.T, a.T @ g]
