"""Leaves batch normalization in training mode, so that every picture is compared with those beside it.

loses: test_accuracy_is_learned, test_accuracy_90, test_accuracy_97
says: an answer depends on the other pictures
"""

import numpy as np

import minigrad as mg


class Classifier(mg.nn.Module):
    def __init__(self, seed):
        rng = np.random.default_rng(seed)
        self.hidden = mg.nn.Linear(64, 64, rng)
        self.normal = mg.nn.BatchNorm1d(64)
        self.scores = mg.nn.Linear(64, 10, rng)

    def forward(self, x):
        return self.scores(mg.relu(self.normal(self.hidden(x))))


def predict(model, x):
    return model(x).numpy().argmax(axis=1)
