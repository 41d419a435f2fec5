"""Scales by the learning rate in both lines.

loses: test_momentum, test_momentum_run
says: the learning rate is in it twice
"""


def momentum_step(w, g, v, lr, mu):
    v = mu * v + lr * g
    return w - lr * v, v
