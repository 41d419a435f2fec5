"""Adds the squared gradient to the gradient.

loses: test_penalty_gradient
says: but not its derivative taken
"""

import minigrad as mg


def penalty_gradient(f, x, weight):
    x = mg.tensor(x, requires_grad=True)
    (g,) = mg.grad(f(x), x)
    g = g.numpy()
    return g + weight * g * g
