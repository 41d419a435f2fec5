"""Subtracts the maximum in place, in the array of whoever called.

loses: test_softmax, test_softmax_huge, test_backward, test_backward_huge
says: softmax overwrote its input
"""

import numpy as np


def softmax(scores):
    scores -= scores.max(axis=1, keepdims=True)
    weights = np.exp(scores)
    return weights / weights.sum(axis=1, keepdims=True)
