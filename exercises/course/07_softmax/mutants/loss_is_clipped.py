"""Adds a small number inside the logarithm.

loses: test_loss_huge
says: hides how wrong the answer is
"""

import numpy as np

import minigrad as mg


class CrossEntropy(mg.Function):
    def __init__(self, target):
        self.target = target

    def forward(self, inputs):
        (scores,) = inputs
        y = one_hot(self.target, scores.shape[1])
        return -np.mean(np.log((y * softmax(scores)).sum(axis=1) + 1e-12))

    def backward(self, inputs, output, output_diff):
        (scores,) = inputs
        y = one_hot(self.target, scores.shape[1])
        return [output_diff * (softmax(scores) - y) / len(scores)]
