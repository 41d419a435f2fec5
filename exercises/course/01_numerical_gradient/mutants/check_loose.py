"""A tolerance of one per cent.

loses: test_gradient_check
says: accepts a gradient that is
"""


def gradient_check(f, analytic, w):
    numeric = numerical_gradient(f, w)
    if analytic.shape != numeric.shape:
        return False
    return bool(relative_error(analytic, numeric) < 1e-2)
