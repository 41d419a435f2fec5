"""The mean over the batch for b.

loses: test_layer
says: gradient of b is averaged over the batch
"""


def layer_backward(g, x, W, b):
    return [g @ W.T, x.T @ g, g.mean(axis=0)]
