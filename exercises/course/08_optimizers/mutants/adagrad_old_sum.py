"""Divides by the sum without this gradient.

loses: test_adagrad
says: the step divides by the old s, not by the new one
"""

import numpy as np


def adagrad_step(w, g, s, lr, eps):
    return w - lr * g / (np.sqrt(s) + eps), s + g**2
