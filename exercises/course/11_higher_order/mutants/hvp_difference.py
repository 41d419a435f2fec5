"""A difference quotient of gradients.

loses: test_hvp, test_hvp_large, test_sharpest
says: is it a difference quotient
"""

import minigrad as mg


def hvp(f, x, v):
    def gradient(point):
        point = mg.tensor(point, requires_grad=True)
        return mg.grad(f(point), point)[0].numpy()

    h = 1e-6
    return (gradient(x + h * v) - gradient(x)) / h
