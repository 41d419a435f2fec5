"""Returns y - p.

loses: test_backward, test_backward_huge
says: has the wrong sign
"""

import numpy as np

import minigrad as mg


class CrossEntropy(mg.Function):
    def __init__(self, target):
        self.target = target

    def forward(self, inputs):
        (scores,) = inputs
        y = one_hot(self.target, scores.shape[1])
        return np.mean(log_sum_exp(scores) - (y * scores).sum(axis=1))

    def backward(self, inputs, output, output_diff):
        (scores,) = inputs
        y = one_hot(self.target, scores.shape[1])
        return [output_diff * (y - softmax(scores)) / len(scores)]
