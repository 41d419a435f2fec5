"""Adds the step to every entry.

loses: test_slope
says: changes every entry of w
"""


def slope(f, w, index, h):
    return (f(w + h) - f(w)) / h
