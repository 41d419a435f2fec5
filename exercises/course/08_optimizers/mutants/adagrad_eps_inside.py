"""Adds ε inside the root.

loses: test_adagrad
says: ε stands inside the root, not beside it
"""

import numpy as np


def adagrad_step(w, g, s, lr, eps):
    s = s + g**2
    return w - lr * g / np.sqrt(s + eps), s
