"""Computes the gradients, and does nothing with them.

loses: test_training_step, test_accuracy_is_learned, test_accuracy_90, test_accuracy_97
says: does not move the weights
"""

import minigrad as mg


def training_step(model, optimizer, x, y):
    optimizer.zero_grad()
    loss = mg.cross_entropy(model(x), y)
    loss.backward()
    return loss.item()
