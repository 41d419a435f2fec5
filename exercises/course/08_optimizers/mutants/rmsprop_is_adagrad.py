"""Never forgets.

loses: test_rmsprop
says: s never forgets, as in Adagrad
"""

import numpy as np


def rmsprop_step(w, g, s, lr, rho, eps):
    s = s + g**2
    return w - lr * g / (np.sqrt(s) + eps), s
