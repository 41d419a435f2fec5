"""Sums b's gradient over the outputs.

loses: test_layer
says: summed over the wrong axis
check: the gradient of b
"""


def layer_backward(g, x, W, b):
    return [g @ W.T, x.T @ g, g.sum(axis=1)]
