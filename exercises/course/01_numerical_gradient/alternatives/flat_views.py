"""Changes a flat view of a copy, and keeps plain Python numbers."""

import numpy as np


def slope(f, w, index, h):
    moved = np.array(w, dtype=np.float64)
    moved[index] = moved[index] + h
    return float((f(moved) - f(w)) / h)


def numerical_gradient(f, w, h=1e-5):
    point = np.array(w, dtype=np.float64)
    flat = point.reshape(-1)
    slopes = []
    for i, middle in enumerate(flat.tolist()):
        values = []
        for moved in (middle - h, middle + h):
            flat[i] = moved
            values.append(f(point))
        flat[i] = middle
        slopes.append((values[1] - values[0]) / h / 2)
    return np.reshape(slopes, w.shape)


def relative_error(a, n):
    pairs = list(zip(np.ravel(a).tolist(), np.ravel(n).tolist(), strict=True))
    largest = max(max(abs(x), abs(y)) for x, y in pairs)
    return max(abs(x - y) for x, y in pairs) / largest if largest else 0


def gradient_check(f, analytic, w):
    numeric = numerical_gradient(f, w)
    if analytic.shape != numeric.shape or np.isnan(analytic).any():
        return False
    return not relative_error(analytic, numeric) >= 1e-6
