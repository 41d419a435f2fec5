"""The first gradient is not recorded.

loses: test_hvp, test_hvp_large, test_sharpest
says: was not computed from anything
"""

import numpy as np

import minigrad as mg


def hvp(f, x, v):
    x = mg.tensor(x, requires_grad=True)
    (g,) = mg.grad(f(x), x)
    (product,) = mg.grad(np.sum(g * v), x)
    return product.numpy()
