"""Takes exp of the scores as they are.

loses: test_softmax_huge, test_backward_huge
says: inf or nan, where a finite number belongs
"""

import numpy as np


def softmax(scores):
    weights = np.exp(scores)
    return weights / weights.sum(axis=1, keepdims=True)
