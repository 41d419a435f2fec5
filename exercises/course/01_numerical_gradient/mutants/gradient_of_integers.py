"""The copy has the dtype of the weights: in whole numbers a small step is lost.

loses: test_numerical_gradient_integers
says: is not right for whole numbers
"""

import numpy as np


def numerical_gradient(f, w, h=1e-5):
    gradient = np.zeros(w.shape)
    for index in np.ndindex(w.shape):
        right, left = w.copy(), w.copy()
        right[index] = right[index] + h
        left[index] = left[index] - h
        gradient[index] = (f(right) - f(left)) / (2 * h)
    return gradient
