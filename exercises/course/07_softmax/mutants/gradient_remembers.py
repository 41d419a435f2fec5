"""Keeps the probabilities of the last forward pass.

loses: test_backward, test_backward_huge
says: has no attribute
"""

import numpy as np

import minigrad as mg


class CrossEntropy(mg.Function):
    def __init__(self, target):
        self.target = target

    def forward(self, inputs):
        (scores,) = inputs
        self.y = one_hot(self.target, scores.shape[1])
        self.p = softmax(scores)
        return np.mean(log_sum_exp(scores) - (self.y * scores).sum(axis=1))

    def backward(self, inputs, output, output_diff):
        return [output_diff * (self.p - self.y) / len(self.p)]
