"""Adds the velocity.

loses: test_momentum, test_momentum_run
says: w goes uphill
"""


def momentum_step(w, g, v, lr, mu):
    v = mu * v + lr * g
    return w + v, v
