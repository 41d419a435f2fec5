"""Keeps little and lets much in.

loses: test_rmsprop
says: ρ and 1 − ρ are swapped
"""

import numpy as np


def rmsprop_step(w, g, s, lr, rho, eps):
    s = (1 - rho) * s + rho * g**2
    return w - lr * g / (np.sqrt(s) + eps), s
