"""Adds the losses of all examples.

loses: test_loss_of_classes, test_loss_of_one_hot, test_loss_huge
says: a sum over the examples, where a mean belongs
"""

import numpy as np

import minigrad as mg


class CrossEntropy(mg.Function):
    def __init__(self, target):
        self.target = target

    def forward(self, inputs):
        (scores,) = inputs
        y = one_hot(self.target, scores.shape[1])
        return np.sum(log_sum_exp(scores) - (y * scores).sum(axis=1))

    def backward(self, inputs, output, output_diff):
        (scores,) = inputs
        y = one_hot(self.target, scores.shape[1])
        return [output_diff * (softmax(scores) - y) / len(scores)]
