"""The first gradient is not recorded.

loses: test_twice
says: was not computed from anything that wants a gradient
"""

import numpy as np

import minigrad as mg


def twice(x):
    x = mg.tensor(x, requires_grad=True)
    (g,) = mg.grad(np.sum(x**2), x)
    s = np.exp(g[0]) - np.exp(g[2])
    (gradient,) = mg.grad(s, x)
    return gradient.numpy()
