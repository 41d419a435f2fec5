"""Runs over the first axis alone.

loses: test_numerical_gradient, test_numerical_gradient_integers, test_gradient_check, test_gradient_check_small
says: IndexError
"""

import numpy as np


def numerical_gradient(f, w, h=1e-5):
    gradient = np.zeros(w.shape)
    for i in range(w.size):
        right, left = w.astype(float), w.astype(float)
        right[i] += h
        left[i] -= h
        gradient[i] = (f(right) - f(left)) / (2 * h)
    return gradient
