"""Forgets keepdims, so that only square arrays get through.

loses: test_softmax, test_softmax_huge, test_backward, test_backward_huge
says: operands could not be broadcast together
"""

import numpy as np


def softmax(scores):
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1)
