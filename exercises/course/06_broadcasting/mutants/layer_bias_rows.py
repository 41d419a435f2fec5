"""A gradient of b for each example.

loses: test_layer
says: has a row per example
"""


def layer_backward(g, x, W, b):
    return [g @ W.T, x.T @ g, g]
