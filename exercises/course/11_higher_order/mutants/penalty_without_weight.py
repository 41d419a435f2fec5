"""Forgets the weight.

loses: test_penalty_gradient
says: the weight is missing
"""

import numpy as np

import minigrad as mg


def penalty_gradient(f, x, weight):
    x = mg.tensor(x, requires_grad=True)
    y = f(x)
    (g,) = mg.grad(y, x, create_graph=True)
    (gradient,) = mg.grad(y + 0.5 * np.sum(g * g), x)
    return gradient.numpy()
