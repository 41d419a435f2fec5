"""Divides by h, although the two points are 2h apart.

loses: test_numerical_gradient, test_numerical_gradient_integers, test_gradient_check, test_gradient_check_small
says: twice as large: the two points are 2h apart
"""

import numpy as np


def numerical_gradient(f, w, h=1e-5):
    gradient = np.zeros(w.shape)
    for index in np.ndindex(w.shape):
        right, left = w.astype(float), w.astype(float)
        right[index] += h
        left[index] -= h
        gradient[index] = (f(right) - f(left)) / h
    return gradient
