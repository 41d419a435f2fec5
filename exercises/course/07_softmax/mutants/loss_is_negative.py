"""Forgets the minus of the logarithm.

loses: test_loss_of_classes, test_loss_of_one_hot, test_loss_huge
says: the loss has the wrong sign
"""

import numpy as np

import minigrad as mg


class CrossEntropy(mg.Function):
    def __init__(self, target):
        self.target = target

    def forward(self, inputs):
        (scores,) = inputs
        y = one_hot(self.target, scores.shape[1])
        return np.mean((y * scores).sum(axis=1) - log_sum_exp(scores))

    def backward(self, inputs, output, output_diff):
        (scores,) = inputs
        y = one_hot(self.target, scores.shape[1])
        return [output_diff * (softmax(scores) - y) / len(scores)]
