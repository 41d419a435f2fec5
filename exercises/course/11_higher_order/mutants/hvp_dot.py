"""A dot product that only knows vectors.

loses: test_hvp, test_sharpest
says: raised
check: Error
"""

import minigrad as mg


def hvp(f, x, v):
    x = mg.tensor(x, requires_grad=True)
    (g,) = mg.grad(f(x), x, create_graph=True)
    (product,) = mg.grad(g @ v, x)
    return product.numpy()
