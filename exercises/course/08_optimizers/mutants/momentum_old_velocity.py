"""Moves by the velocity from before this gradient.

loses: test_momentum, test_momentum_run
says: w moves by the old velocity, not by the new one
"""


def momentum_step(w, g, v, lr, mu):
    return w - v, mu * v + lr * g
