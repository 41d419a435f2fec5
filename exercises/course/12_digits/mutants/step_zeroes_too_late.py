"""Takes the gradients away before they are used.

loses: test_training_step, test_accuracy_is_learned, test_accuracy_90, test_accuracy_97
says: found no gradient
"""

import minigrad as mg


def training_step(model, optimizer, x, y):
    loss = mg.cross_entropy(model(x), y)
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    return loss.item()
