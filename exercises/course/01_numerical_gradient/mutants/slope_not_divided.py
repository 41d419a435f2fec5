"""The change of the loss, not divided by the step.

loses: test_slope
says: slope is not divided by h
"""


def slope(f, w, index, h):
    moved = w.astype(float)
    moved[index] += h
    return f(moved) - f(w)
