"""Divides by the number of entries, not of examples.

loses: test_loss_of_classes, test_loss_of_one_hot, test_loss_huge
says: a mean over all entries, where one over the examples belongs
"""

import numpy as np

import minigrad as mg


class CrossEntropy(mg.Function):
    def __init__(self, target):
        self.target = target

    def forward(self, inputs):
        (scores,) = inputs
        y = one_hot(self.target, scores.shape[1])
        return np.mean(y * (log_sum_exp(scores)[:, None] - scores))

    def backward(self, inputs, output, output_diff):
        (scores,) = inputs
        y = one_hot(self.target, scores.shape[1])
        return [output_diff * (softmax(scores) - y) / len(scores)]
