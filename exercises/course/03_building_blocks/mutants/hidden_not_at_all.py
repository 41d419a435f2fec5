"""A W for which the gradient is wrong.

loses: test_published_bug_hidden
says: a check would notice it
"""

import numpy as np


def hidden():
    return np.ones(2), np.array([[1.0, 2.0], [3.0, 4.0]]), np.zeros(2), np.ones(2)
