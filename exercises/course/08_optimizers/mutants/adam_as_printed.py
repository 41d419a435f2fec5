"""Feeds the corrected means back into the recursion, as the lecture notes print it.

loses: test_adam, test_adam_run
says: the corrected m is returned, and will be corrected again
"""

import numpy as np


def adam_step(w, g, m, s, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    s = beta2 * s + (1 - beta2) * g**2
    m = m / (1 - beta1**t)
    s = s / (1 - beta2**t)
    return w - lr * m / (np.sqrt(s) + eps), m, s
