"""Adds the whole square.

loses: test_rmsprop
says: the new square is not scaled by 1 − ρ
"""

import numpy as np


def rmsprop_step(w, g, s, lr, rho, eps):
    s = rho * s + g**2
    return w - lr * g / (np.sqrt(s) + eps), s
