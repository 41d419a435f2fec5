"""A symmetric W catches nothing.

loses: test_published_bug_caught
says: the published gradient is right here
"""

import numpy as np


def caught():
    return np.ones(2), np.eye(2), np.zeros(2), np.array([1.0, 2.0])
