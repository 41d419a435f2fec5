"""Returns the error instead of an answer.

loses: test_gradient_check, test_gradient_check_small
says: answers neither True nor False
"""


def gradient_check(f, analytic, w):
    return relative_error(analytic, numerical_gradient(f, w))
