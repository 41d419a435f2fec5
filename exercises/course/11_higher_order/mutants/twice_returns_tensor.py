"""Returns the Tensor itself.

loses: test_twice
says: a Tensor, where an array is needed
"""

import numpy as np

import minigrad as mg


def twice(x):
    x = mg.tensor(x, requires_grad=True)
    (g,) = mg.grad(np.sum(x**2), x, create_graph=True)
    s = np.exp(g[0]) - np.exp(g[2])
    (gradient,) = mg.grad(s, x)
    return gradient
