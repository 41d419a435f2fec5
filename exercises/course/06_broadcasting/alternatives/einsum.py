"""einsum for the products, one sum over a tuple of axes for the broadcast."""

import numpy as np


def unbroadcast(g, shape):
    extra = g.ndim - len(shape)
    axes = tuple(k for k in range(g.ndim) if k < extra or shape[k - extra] == 1)
    return np.reshape(np.sum(g, axis=axes), shape)


def multiply_backward(g, x, y):
    return tuple(unbroadcast(np.multiply(g, other), np.shape(one)) for one, other in ((x, y), (y, x)))


def matmul_backward(g, a, b):
    return [np.einsum("ij,kj->ik", g, b), np.einsum("ik,ij->kj", a, g)]


def layer_backward(g, x, W, b):
    return [np.dot(g, W.T), np.einsum("ni,nj->ij", x, g), np.add.reduce(g)]


def stack_backward(g, a, b):
    to_a = np.einsum("...ij,...kj->...ik", g, b)
    to_b = np.einsum("...ik,...ij->...kj", a, g)
    return [unbroadcast(to_a, a.shape), unbroadcast(to_b, b.shape)]
