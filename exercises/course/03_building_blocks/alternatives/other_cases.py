"""Other cases for the published bug, in integers and lists of rows."""

import numpy as np


def caught():
    W = np.arange(9).reshape(3, 3)
    return [np.array([1, 2, 3]), W, np.array([0, 0, 0]), np.array([1, 0, 0])]


def hidden():
    A = np.arange(9.0).reshape(3, 3)
    return np.zeros(3), A @ A.T, np.zeros(3), np.ones(3)
