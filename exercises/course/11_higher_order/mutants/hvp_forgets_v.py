"""Adds up the rows of the Hessian.

loses: test_hvp, test_hvp_large, test_sharpest
says: hvp forgets v
"""

import numpy as np

import minigrad as mg


def hvp(f, x, v):
    x = mg.tensor(x, requires_grad=True)
    (g,) = mg.grad(f(x), x, create_graph=True)
    (product,) = mg.grad(np.sum(g), x)
    return product.numpy()
