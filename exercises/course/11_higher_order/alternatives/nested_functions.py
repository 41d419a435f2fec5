"""mg.func.grad of mg.func.grad."""

import numpy as np

import minigrad as mg


def twice(x):
    def s(z):
        g = mg.func.grad(lambda y: np.sum(y**2))(z)
        return np.exp(g[0]) - np.exp(g[2])

    return mg.func.grad(s)(x)


def derivatives(f, x, n):
    found = []
    for _ in range(n + 1):
        found.append(float(f(x)))
        f = mg.func.grad(f)
    return tuple(found)


def hvp(f, x, v):
    return mg.func.grad(lambda z: np.sum(mg.func.grad(f)(z) * v))(x)


def penalty_gradient(f, x, weight):
    x = mg.tensor(x, requires_grad=True)
    (g,) = mg.grad(f(x), x)
    g = g.numpy()
    return g + weight * hvp(f, x.numpy(), g)


def sharpest(f, x, v, steps):
    for _ in range(steps):
        v = hvp(f, x, v)
        v = v / np.linalg.norm(v)
    return float(np.vdot(v, hvp(f, x, v)) / np.vdot(v, v))
