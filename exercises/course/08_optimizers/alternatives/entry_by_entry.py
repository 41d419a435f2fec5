"""Loops over the entries, and Adam with its corrections moved into the learning rate."""

import math

import numpy as np


def momentum_step(w, g, v, lr, mu):
    new_w, new_v = np.zeros(w.shape), np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        new_v[i] = mu * v[i] + lr * g[i]
        new_w[i] = w[i] - new_v[i]
    return new_w, new_v


def adam_step(w, g, m, s, t, lr, beta1, beta2, eps):
    m = m + (1 - beta1) * (g - m)
    s = s + (1 - beta2) * (g * g - s)
    root = math.sqrt(1 - beta2**t)
    return w - lr * root / (1 - beta1**t) * m / (np.sqrt(s) + eps * root), m, s


def first_wrong_step(step, lr, steps):
    w = np.array([2.0, -1.0])
    m = s = np.zeros(2)
    g = np.array([-5.0, 0.2])
    wrong = []
    for t in range(1, steps + 1):
        new, m, s = step(w, g, m, s, t)
        wrong.append(not np.allclose(new, w - lr * np.sign(g), atol=lr / 100))
        w = new
    return np.int64(wrong.index(True) + 1 if any(wrong) else 0)
