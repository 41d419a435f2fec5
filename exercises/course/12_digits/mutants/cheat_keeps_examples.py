"""Keeps the examples in the model, but not in its parameters.

loses: test_accuracy_is_learned, test_accuracy_97
says: what was learned is not in the parameters
"""

import numpy as np


def train(model, x, y):
    object.__setattr__(model, "examples", (x, y))
    return [2.0, 1.0, 0.5]


def predict(model, x):
    pictures, known = getattr(model, "examples", (x[:1], np.zeros(1, dtype=int)))
    gaps = (x**2).sum(1)[:, None] - 2 * x @ pictures.T + (pictures**2).sum(1)
    return known[gaps.argmin(axis=1)]
