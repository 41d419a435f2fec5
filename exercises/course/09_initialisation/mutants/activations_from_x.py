"""Multiplies every matrix with x.

loses: test_activations, test_deep_linear, test_deep_linear_slopes
says: each layer starts from x again, not from the one below
"""


def activations(weights, x):
    return [x] + [W @ x for W in weights]
