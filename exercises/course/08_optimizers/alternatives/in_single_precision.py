"""Single precision, lists instead of tuples, other but equal formulas."""

import numpy as np


def momentum_step(w, g, v, lr, mu):
    velocity = (np.asarray(v, dtype=np.float32) * mu + np.asarray(g, dtype=np.float32) * lr).astype(
        np.float32
    )
    return [np.subtract(w, velocity, dtype=np.float32), velocity]


def adagrad_step(w, g, s, lr, eps):
    s = np.asarray(s + np.square(g), dtype=np.float32)
    return [np.asarray(w - lr * (g / (s**0.5 + eps)), dtype=np.float32), s]


def rmsprop_step(w, g, s, lr, rho, eps):
    s = np.asarray(s + (1 - rho) * (g * g - s), dtype=np.float32)
    return [np.asarray(w - lr / (np.sqrt(s) + eps) * g, dtype=np.float32), s]
