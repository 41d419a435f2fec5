"""The value before the step comes first.

loses: test_slope
says: slope has the wrong sign
"""


def slope(f, w, index, h):
    moved = w.astype(float)
    moved[index] += h
    return (f(w) - f(moved)) / h
