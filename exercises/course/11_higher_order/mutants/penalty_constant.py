"""Takes the gradient out of the graph.

loses: test_penalty_gradient
says: was taken for a constant
"""

import numpy as np

import minigrad as mg


def penalty_gradient(f, x, weight):
    x = mg.tensor(x, requires_grad=True)
    y = f(x)
    g = mg.grad(y, x, create_graph=True)[0].detach()
    (gradient,) = mg.grad(y + 0.5 * weight * np.sum(g * g), x)
    return gradient.numpy()
