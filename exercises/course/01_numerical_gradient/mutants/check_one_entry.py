"""Looks at the first entry alone.

loses: test_gradient_check
says: accepts a gradient that is wrong in one entry
"""


def gradient_check(f, analytic, w):
    numeric = numerical_gradient(f, w)
    if analytic.shape != numeric.shape:
        return False
    return bool(relative_error(analytic.ravel()[:1], numeric.ravel()[:1]) < 1e-6)
