"""Takes one-hot rows for class numbers.

loses: test_one_hot, test_loss_of_one_hot, test_backward
says: IndexError
"""

import numpy as np


def one_hot(target, k):
    return np.eye(k)[target]
