"""A W that is not square: the published code does not even run.

loses: test_published_bug_caught
says: the published code raises an error
"""

import numpy as np


def caught():
    W = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    return np.ones(2), W, np.zeros(3), np.ones(3)
