""".T turns all axes around.

loses: test_stack
says: raised
check: ValueError
"""


def stack_backward(g, a, b):
    return [unbroadcast(g @ b.T, a.shape), unbroadcast(a.T @ g, b.shape)]
