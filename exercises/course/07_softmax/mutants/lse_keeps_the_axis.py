"""Leaves an axis of length 1, which then broadcasts in the loss.

loses: test_log_sum_exp, test_log_sum_exp_huge
says: the value has the wrong shape
"""

import numpy as np


def log_sum_exp(scores):
    top = scores.max(axis=1, keepdims=True)
    return top + np.log(np.exp(scores - top).sum(axis=1, keepdims=True))
