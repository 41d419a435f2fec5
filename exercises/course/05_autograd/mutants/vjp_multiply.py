"""Each factor gets its own value.

loses: test_vjp, test_backward, test_backward_arrays, test_backward_twice, test_recurrent
says: are the two swapped
"""

import numpy as np


def vjp(function, g, *values):
    if function == "add":
        return [g, g]
    if function == "subtract":
        return [g, -g]
    if function == "multiply":
        x, y = values
        return [g * x, g * y]
    if function == "divide":
        x, y = values
        return [g / y, -g * x / y**2]
    if function == "exp":
        return [g * np.exp(values[0])]
    if function == "log":
        return [g / values[0]]
    return [g * (1 - np.tanh(values[0]) ** 2)]
