"""A diagonal W, which was excluded.

loses: test_published_bug_hidden
says: W is diagonal
"""

import numpy as np


def hidden():
    return np.ones(2), np.diag([1.0, 2.0]), np.zeros(2), np.ones(2)
