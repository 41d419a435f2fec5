"""Makes as many columns as the largest class that occurs needs.

loses: test_one_hot, test_loss_of_classes, test_loss_huge, test_backward, test_backward_huge
says: one_hot: the array has the wrong shape
"""

import numpy as np


def one_hot(target, k):
    if target.ndim == 2:
        return target.astype(float)
    return np.eye(target.max() + 1)[target]
