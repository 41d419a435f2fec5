"""Adds the length, not its square.

loses: test_penalty_gradient
says: the length of the gradient is not squared
"""

import numpy as np

import minigrad as mg


def penalty_gradient(f, x, weight):
    x = mg.tensor(x, requires_grad=True)
    y = f(x)
    (g,) = mg.grad(y, x, create_graph=True)
    (gradient,) = mg.grad(y + 0.5 * weight * np.sqrt(np.sum(g * g)), x)
    return gradient.numpy()
