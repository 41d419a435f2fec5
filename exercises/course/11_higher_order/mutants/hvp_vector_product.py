"""v · H v, one number.

loses: test_hvp, test_hvp_large, test_sharpest
says: v · H v, one number
"""

import numpy as np

import minigrad as mg


def hvp(f, x, v):
    x = mg.tensor(x, requires_grad=True)
    (g,) = mg.grad(f(x), x, create_graph=True)
    (product,) = mg.grad(np.sum(g * v), x)
    return np.sum(product.numpy() * v)
