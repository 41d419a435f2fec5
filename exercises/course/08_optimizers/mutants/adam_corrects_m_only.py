"""Corrects the direction, and not the size.

loses: test_adam, test_adam_run
says: only m is corrected
"""

import numpy as np


def adam_step(w, g, m, s, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    s = beta2 * s + (1 - beta2) * g**2
    return w - lr * (m / (1 - beta1**t)) / (np.sqrt(s) + eps), m, s
