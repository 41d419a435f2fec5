"""A second name is not a copy: the caller's weights change.

loses: test_slope
says: slope overwrote its input
"""


def slope(f, w, index, h):
    before = f(w)
    moved = w
    moved[index] += h
    return (f(moved) - before) / h
