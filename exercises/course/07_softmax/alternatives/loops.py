"""Everything in Python loops, example by example."""

import math

import numpy as np

import minigrad as mg


def log_sum_exp(scores):
    result = []
    for row in scores:
        top = max(row)
        result.append(top + math.log(sum(math.exp(s - top) for s in row)))
    return np.array(result)


def softmax(scores):
    result = np.zeros(scores.shape)
    for i, row in enumerate(scores):
        for j in range(len(row)):
            result[i, j] = math.exp(row[j] - log_sum_exp(scores[i : i + 1])[0])
    return result


def one_hot(target, k):
    result = np.zeros((len(target), k))
    for i, t in enumerate(target):
        result[i, t if target.ndim == 1 else list(t).index(1.0)] = 1.0
    return result


class CrossEntropy(mg.Function):
    def __init__(self, target):
        self.classes = [int(np.argmax(t)) if target.ndim == 2 else int(t) for t in target]

    def forward(self, inputs):
        (scores,) = inputs
        total = 0.0
        for row, t in zip(scores, self.classes, strict=True):
            total += float(log_sum_exp(row[None])[0]) - float(row[t])
        return total / len(scores)

    def backward(self, inputs, output, output_diff):
        (scores,) = inputs
        gradient = softmax(scores)
        for i, t in enumerate(self.classes):
            gradient[i, t] -= 1.0
        gradient *= output_diff / len(scores)
        return (gradient,)
