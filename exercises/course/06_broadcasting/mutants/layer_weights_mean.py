"""The mean over the batch for W.

loses: test_layer
says: gradient of W is averaged over the batch
"""


def layer_backward(g, x, W, b):
    return [g @ W.T, x.T @ g / len(x), g.sum(axis=0)]
