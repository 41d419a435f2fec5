"""Asks whether the error is too large, and nan is not larger than anything.

loses: test_gradient_check
says: accepts a gradient with nan
"""


def gradient_check(f, analytic, w):
    numeric = numerical_gradient(f, w)
    if analytic.shape != numeric.shape:
        return False
    return not relative_error(analytic, numeric) > 1e-6
