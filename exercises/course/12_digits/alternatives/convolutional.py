"""A small convolutional network with dropout, in single precision, and momentum with a schedule."""

import numpy as np

import minigrad as mg
from minigrad.nn import functional as F


class Classifier(mg.nn.Module):
    def __init__(self, seed):
        rng = np.random.default_rng(seed)
        self.conv = mg.nn.Conv2d(1, 12, 3, rng, padding=1, dtype=np.float32)
        self.dropout = mg.nn.Dropout(0.1, rng)
        self.scores = mg.nn.Linear(192, 10, rng, dtype=np.float32)

    def forward(self, x):
        x = np.asarray(x, dtype=np.float32).reshape(-1, 1, 8, 8)
        maps = F.max_pool2d(mg.relu(self.conv(x)), 2)
        return self.scores(self.dropout(maps.reshape(len(x), -1)))


def train(model, x, y):
    model.train()
    optimizer = mg.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    schedule = mg.optim.CosineAnnealingLR(optimizer, 12)
    losses = []
    for epoch in range(12):
        total = 0.0
        for batch in batches(len(x), 32, epoch):
            total += training_step(model, optimizer, x[batch], y[batch]) * len(batch)
        losses.append(total / len(x))
        schedule.step()
    return np.array(losses)


def predict(model, x):
    model.eval()
    return np.array([int(row.argmax()) for row in model(x).numpy()])
