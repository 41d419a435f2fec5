"""Has a step of its own, whatever the caller asks for.

loses: test_numerical_gradient
says: wrong gradient
"""

import numpy as np


def numerical_gradient(f, w, h=1e-5):
    gradient = np.zeros(w.shape)
    for index in np.ndindex(w.shape):
        right, left = w.astype(float), w.astype(float)
        right[index] += 1e-4
        left[index] -= 1e-4
        gradient[index] = (f(right) - f(left)) / 2e-4
    return gradient
