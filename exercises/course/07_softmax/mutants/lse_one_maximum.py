"""Subtracts the largest score of all rows, so that rows of small scores vanish.

loses: test_log_sum_exp_huge, test_loss_huge
says: inf or nan, where a finite number belongs
"""

import numpy as np


def log_sum_exp(scores):
    top = scores.max()
    return top + np.log(np.exp(scores - top).sum(axis=1))
