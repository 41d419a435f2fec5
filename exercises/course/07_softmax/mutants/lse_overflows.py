"""Takes exp of the scores as they are.

loses: test_log_sum_exp_huge, test_loss_huge
says: inf or nan, where a finite number belongs
"""

import numpy as np


def log_sum_exp(scores):
    return np.log(np.exp(scores).sum(axis=1))
