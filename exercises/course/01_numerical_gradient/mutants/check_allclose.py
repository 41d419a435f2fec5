"""np.allclose takes any two tiny numbers for equal.

loses: test_gradient_check_small
says: accepts a wrong gradient because it is small
"""

import numpy as np


def gradient_check(f, analytic, w):
    numeric = numerical_gradient(f, w)
    return analytic.shape == numeric.shape and bool(np.allclose(analytic, numeric, rtol=1e-6))
