"""Calls the loss with a flat copy of the weights.

loses: test_slope
says: calls f with an array of another shape
"""

import numpy as np


def slope(f, w, index, h):
    where = int(np.ravel_multi_index(index, w.shape)) if isinstance(index, tuple) and w.ndim else index
    moved = np.array(w, dtype=float).ravel()
    moved[0 if w.ndim == 0 else where] += h
    return (f(moved) - f(w)) / h
