"""Changes the caller's weights and puts them back, but not quite.

loses: test_numerical_gradient, test_numerical_gradient_integers, test_gradient_check, test_gradient_check_small
says: overwrote its input
"""

import numpy as np


def numerical_gradient(f, w, h=1e-5):
    gradient = np.zeros(w.shape)
    for index in np.ndindex(w.shape):
        w[index] += h
        right = f(w)
        w[index] -= 2 * h
        gradient[index] = (right - f(w)) / (2 * h)
        w[index] += 0.9 * h
    return gradient
