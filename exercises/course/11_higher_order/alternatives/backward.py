"""backward(create_graph=True) and .grad instead of mg.grad."""

import numpy as np

import minigrad as mg


def twice(x):
    x = mg.Parameter(np.array(x))
    np.sum(x * x).backward(create_graph=True)
    g, x.grad = x.grad, None
    (np.exp(g[0]) - np.exp(g[2])).backward()
    return np.array(x.grad.numpy())


def hvp(f, x, v):
    x = mg.tensor(x, requires_grad=True)
    (g,) = mg.grad(f(x), x, create_graph=True)
    (product,) = mg.grad(g, x, grad_outputs=mg.tensor(v))
    return product.numpy()
