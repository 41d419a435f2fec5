"""Forgets zero_grad.

loses: test_training_step, test_accuracy_is_learned, test_accuracy_90, test_accuracy_97
says: the gradients of the step before are still there
"""

import minigrad as mg


def training_step(model, optimizer, x, y):
    loss = mg.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()
