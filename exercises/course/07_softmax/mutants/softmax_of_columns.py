"""Normalises the columns, so that examples compete with each other.

loses: test_softmax, test_softmax_huge, test_backward, test_backward_huge
says: the sum runs over the wrong axis
"""

import numpy as np


def softmax(scores):
    weights = np.exp(scores - scores.max(axis=0))
    return weights / weights.sum(axis=0)
