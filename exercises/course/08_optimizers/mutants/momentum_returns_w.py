"""Returns the weights alone.

loses: test_momentum, test_momentum_run
says: momentum_step returned no list
"""


def momentum_step(w, g, v, lr, mu):
    return w - (mu * v + lr * g)
