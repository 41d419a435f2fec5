"""Corrects every step as if it were the first.

loses: test_adam, test_adam_run
says: the correction forgets the power t
"""

import numpy as np


def adam_step(w, g, m, s, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    s = beta2 * s + (1 - beta2) * g**2
    return w - lr * (m / (1 - beta1)) / (np.sqrt(s / (1 - beta2)) + eps), m, s
