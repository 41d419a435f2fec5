"""Exchanges the two shares.

loses: test_adam, test_adam_run
says: β₁ and β₂ are swapped
"""

import numpy as np


def adam_step(w, g, m, s, t, lr, beta1, beta2, eps):
    m = beta2 * m + (1 - beta2) * g
    s = beta1 * s + (1 - beta1) * g**2
    m_hat, s_hat = m / (1 - beta2**t), s / (1 - beta1**t)
    return w - lr * m_hat / (np.sqrt(s_hat) + eps), m, s
