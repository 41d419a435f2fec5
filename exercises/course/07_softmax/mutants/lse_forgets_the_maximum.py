"""Subtracts the maximum and never adds it again.

loses: test_log_sum_exp, test_log_sum_exp_huge, test_loss_of_classes, test_loss_of_one_hot, test_loss_huge
says: was subtracted, but never added again
"""

import numpy as np


def log_sum_exp(scores):
    return np.log(np.exp(scores - scores.max(axis=1, keepdims=True)).sum(axis=1))
