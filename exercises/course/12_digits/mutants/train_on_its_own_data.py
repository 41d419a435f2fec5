"""Ignores what it is given, and trains on the digits of the package.

loses: test_accuracy_is_learned, test_accuracy_90, test_accuracy_97
says: your code raised PermissionError
check: the answers are not the classes that train was shown
"""

import numpy as np

import minigrad as mg


def train(model, x, y):
    digits = mg.data.digits(dtype=np.float64)
    x, y = digits.x_train, digits.y_train
    model.train()
    optimizer = mg.optim.Adam(model.parameters(), lr=0.006)
    losses = []
    for epoch in range(15):
        steps = [training_step(model, optimizer, x[b], y[b]) for b in batches(len(x), 32, epoch)]
        losses.append(float(np.mean(steps)))
    return losses
