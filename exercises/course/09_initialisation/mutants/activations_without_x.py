"""Leaves out the input.

loses: test_activations, test_deep_linear, test_deep_linear_slopes
says: activations returned
"""


def activations(weights, x):
    h = []
    for W in weights:
        x = W @ x
        h.append(x)
    return h
