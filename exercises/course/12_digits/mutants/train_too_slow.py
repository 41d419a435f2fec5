"""Has a learning rate that hardly moves anything.

loses: test_accuracy_is_learned, test_accuracy_90, test_accuracy_97
says: the loss hardly falls
"""

import numpy as np

import minigrad as mg


def train(model, x, y):
    model.train()
    optimizer = mg.optim.Adam(model.parameters(), lr=1e-6)
    losses = []
    for epoch in range(15):
        steps = [training_step(model, optimizer, x[b], y[b]) for b in batches(len(x), 32, epoch)]
        losses.append(float(np.mean(steps)))
    return losses
