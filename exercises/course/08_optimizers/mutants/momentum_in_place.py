"""Updates the arrays of the caller.

loses: test_momentum, test_momentum_run
says: momentum_step overwrote its input
"""


def momentum_step(w, g, v, lr, mu):
    v *= mu
    v += lr * g
    w -= v
    return w, v
