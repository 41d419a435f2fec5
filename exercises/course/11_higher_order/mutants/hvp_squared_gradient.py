"""Differentiates half the squared gradient.

loses: test_hvp, test_hvp_large, test_sharpest
says: differentiates the squared gradient
"""

import numpy as np

import minigrad as mg


def hvp(f, x, v):
    x = mg.tensor(x, requires_grad=True)
    (g,) = mg.grad(f(x), x, create_graph=True)
    (product,) = mg.grad(0.5 * np.sum(g * g), x)
    return product.numpy()
