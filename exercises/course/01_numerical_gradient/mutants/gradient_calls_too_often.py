"""Computes the loss at w again and again.

loses: test_numerical_gradient, test_numerical_gradient_integers
says: calls f more than twice per entry
"""

import numpy as np


def numerical_gradient(f, w, h=1e-5):
    gradient = np.zeros(w.shape)
    for index in np.ndindex(w.shape):
        right, left = w.astype(float), w.astype(float)
        right[index] += h
        left[index] -= h
        gradient[index] = ((f(right) - f(w)) + (f(w) - f(left))) / (2 * h)
    return gradient
