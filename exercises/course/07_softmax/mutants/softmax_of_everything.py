"""Divides by the sum of the whole array.

loses: test_softmax, test_softmax_huge, test_backward, test_backward_huge
says: the sum runs over the whole array
"""

import numpy as np


def softmax(scores):
    weights = np.exp(scores - scores.max())
    return weights / weights.sum()
