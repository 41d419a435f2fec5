"""Leaves dropout on while it answers.

loses: test_accuracy_is_learned, test_accuracy_90, test_accuracy_97
says: is dropout still on?
"""

import numpy as np

import minigrad as mg


class Classifier(mg.nn.Module):
    def __init__(self, seed):
        rng = np.random.default_rng(seed)
        self.hidden = mg.nn.Linear(64, 64, rng)
        self.scores = mg.nn.Linear(64, 10, rng)
        self.dropout = mg.nn.Dropout(0.5, rng)

    def forward(self, x):
        return self.scores(self.dropout(mg.relu(self.hidden(x))))


def predict(model, x):
    return model(x).numpy().argmax(axis=1)
