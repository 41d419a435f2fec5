"""Builds all on NumPy's own logaddexp, which is stable already."""

import numpy as np


def log_sum_exp(scores):
    return np.logaddexp.reduce(scores, axis=1)


def softmax(scores):
    return np.exp(scores - log_sum_exp(scores)[:, None])


def one_hot(target, k):
    if target.ndim == 2:
        return target
    return (target[:, None] == np.arange(k)).astype(int)
