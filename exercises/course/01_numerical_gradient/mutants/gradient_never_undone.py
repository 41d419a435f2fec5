"""Each entry stays where its last step has left it.

loses: test_numerical_gradient, test_numerical_gradient_integers, test_gradient_check, test_gradient_check_small
says: changes of earlier entries were not undone
"""

import numpy as np


def numerical_gradient(f, w, h=1e-5):
    gradient = np.zeros(w.shape)
    moved = w.astype(float)
    for index in np.ndindex(w.shape):
        moved[index] += h
        right = f(moved)
        moved[index] -= 2 * h
        gradient[index] = (right - f(moved)) / (2 * h)
    return gradient
