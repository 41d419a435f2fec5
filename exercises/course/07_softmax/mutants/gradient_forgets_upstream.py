"""Is right only as the last node of a graph.

loses: test_backward, test_backward_huge
says: ignores the upstream gradient
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
        return [(softmax(scores) - y) / len(scores)]
