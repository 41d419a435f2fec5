"""Returns the message that arrives, without the layer's own input.

loses: test_deep_linear, test_deep_linear_slopes
says: the gradient of W1 has the wrong shape
"""


def deep_linear_backward(weights, x, output_diff):
    gradients = []
    g = output_diff
    for W in weights[::-1]:
        gradients.append(g)
        g = W.T @ g
    return gradients[::-1]
