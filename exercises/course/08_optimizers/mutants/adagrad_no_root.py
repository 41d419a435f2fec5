"""Divides by the sum itself.

loses: test_adagrad
says: the square root is missing
"""


def adagrad_step(w, g, s, lr, eps):
    s = s + g**2
    return w - lr * g / (s + eps), s
