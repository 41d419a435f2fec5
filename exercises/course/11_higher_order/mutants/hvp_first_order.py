"""Multiplies the gradient by v and stops.

loses: test_hvp, test_hvp_large, test_sharpest
says: one more derivative is missing
"""

import minigrad as mg


def hvp(f, x, v):
    x = mg.tensor(x, requires_grad=True)
    (g,) = mg.grad(f(x), x, create_graph=True)
    product = g * v
    return product.numpy()
