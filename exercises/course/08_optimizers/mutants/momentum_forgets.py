"""Returns the velocity that came in.

loses: test_momentum, test_momentum_run
says: the old velocity is returned, not the new one
"""


def momentum_step(w, g, v, lr, mu):
    return w - (mu * v + lr * g), v
