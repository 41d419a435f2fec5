"""A gradient of another shape is broadcast.

loses: test_gradient_check_small
says: accepts a gradient of another shape
"""


def gradient_check(f, analytic, w):
    return bool(relative_error(analytic, numerical_gradient(f, w)) < 1e-6)
