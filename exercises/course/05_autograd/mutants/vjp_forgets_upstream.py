"""Local derivatives alone.

loses: test_vjp, test_backward, test_backward_arrays, test_backward_twice
says: ignores the upstream gradient
"""

import numpy as np


def vjp(function, g, *values):
    if function == "add":
        return [g, g]
    if function == "subtract":
        return [g, -g]
    if function == "multiply":
        x, y = values
        return [g * y, g * x]
    if function == "divide":
        x, y = values
        return [1 / y, -x / y**2]
    if function == "exp":
        return [g * np.exp(values[0])]
    if function == "log":
        return [g / values[0]]
    return [g * (1 - np.tanh(values[0]) ** 2)]
