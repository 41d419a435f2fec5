"""Unit vectors and comprehensions instead of copies."""

import numpy as np


def slope(f, w, index, h):
    e = np.zeros(w.shape)
    e[index] = 1.0
    return (f(w + h * e) - f(w)) / h


def numerical_gradient(f, w, h=1e-5):
    directions = np.eye(w.size).reshape(w.size, *w.shape)
    slopes = [(f(w + h * e) - f(w - h * e)) / (2.0 * h) for e in directions]
    return np.array(slopes).reshape(w.shape)


def relative_error(a, n):
    return np.max(np.abs(a - n)) / max(np.max(np.abs([a, n])), 1e-300)


def gradient_check(f, analytic, w):
    n = numerical_gradient(f, w, h=3e-6)
    return np.shape(analytic) == np.shape(n) and relative_error(n, analytic) <= 1e-6
