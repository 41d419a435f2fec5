"""A step of 1e-12 leaves hardly anything but rounding.

loses: test_gradient_check, test_gradient_check_small
says: rejects a right gradient
"""


def gradient_check(f, analytic, w):
    numeric = numerical_gradient(f, w, 1e-12)
    if analytic.shape != numeric.shape:
        return False
    return bool(relative_error(analytic, numeric) < 1e-6)
