"""Trains for two epochs.

loses: test_accuracy_97
says: not right often enough
"""

import numpy as np

import minigrad as mg


def train(model, x, y):
    model.train()
    optimizer = mg.optim.Adam(model.parameters(), lr=0.006)
    losses = []
    for epoch in range(2):
        steps = [training_step(model, optimizer, x[b], y[b]) for b in batches(len(x), 32, epoch)]
        losses.append(float(np.mean(steps)))
    return losses
